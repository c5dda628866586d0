#include "columns.h"

#include "isa.h"
#include "lanes.h"

#include <cstring>

namespace varangian::kernels {
namespace {

typedef float Floats __attribute__((vector_size(64)));
constexpr int64_t kFloats = sizeof(Floats) / sizeof(float);
constexpr int kVectors = 8;  // whose sums stay in registers while the rows pass by

VARANGIAN_INLINE Floats load(const float* from) {
  Floats x;
  std::memcpy(&x, from, sizeof x);
  return x;
}

// out[j] = finish(sum over the rows of term(row[j])), in the rows' order from the first row on.
template <typename Term, typename Finish>
VARANGIAN_INLINE void column_sums(const float* rows, int64_t n, int64_t stride, int64_t columns, float* out,
                                  Term term, Finish finish) {
  int64_t begin = 0;
  for (; begin + kVectors * kFloats <= columns; begin += kVectors * kFloats) {
    Floats sum[kVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) sum[v] = term(load(rows + begin + v * kFloats));
    for (int64_t r = 1; r < n; ++r)
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) sum[v] += term(load(rows + r * stride + begin + v * kFloats));
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      const Floats result = finish(sum[v]);
      std::memcpy(out + begin + v * kFloats, &result, sizeof result);
    }
  }
  for (; begin < columns; ++begin) {
    float sum = term(rows[begin]);
    for (int64_t r = 1; r < n; ++r) sum += term(rows[r * stride + begin]);
    out[begin] = finish(sum);
  }
}

}  // namespace

VARANGIAN_KERNEL(void, column_mean,
                 (const float* rows, int64_t n, int64_t stride, int64_t columns, float* out),
                 (rows, n, stride, columns, out)) {
  const float scale = 1.0f / static_cast<float>(n);
  column_sums(
      rows, n, stride, columns, out, [](auto x) VARANGIAN_LAMBDA_INLINE { return x; },
      [scale](auto sum) VARANGIAN_LAMBDA_INLINE { return sum * scale; });
}

VARANGIAN_KERNEL(void, column_mean_deviation,
                 (const float* rows, int64_t n, int64_t stride, int64_t columns, float* mean,
                  float* deviation),
                 (rows, n, stride, columns, mean, deviation)) {
  const float scale = 1.0f / static_cast<float>(n), spread = n > 1 ? 1.0f / static_cast<float>(n - 1) : 0.0f;
  constexpr int64_t kTile = kVectors * kFloats;  // columns whose rows stay in the first cache for both passes
  for (int64_t begin = 0; begin < columns; begin += kTile) {
    const int64_t width = columns - begin < kTile ? columns - begin : kTile;
    float centre[kTile] = {}, squares[kTile] = {};
    const auto moments = [&](int64_t size) VARANGIAN_LAMBDA_INLINE {
      for (int64_t r = 0; r < n; ++r)
        for (int64_t j = 0; j < size; ++j) centre[j] += rows[r * stride + begin + j];
      for (int64_t j = 0; j < size; ++j) centre[j] *= scale;
      for (int64_t r = 0; r < n; ++r)
        for (int64_t j = 0; j < size; ++j) {
          const float off = rows[r * stride + begin + j] - centre[j];
          squares[j] += off * off;
        }
    };
    // A width that the compiler knows keeps the sums in registers.
    if (width == kTile)
      moments(kTile);
    else
      moments(width);
    for (int64_t j = 0; j < width; ++j) {
      mean[begin + j] = centre[j];
      deviation[begin + j] = __builtin_sqrtf(squares[j] * spread);
    }
  }
}

VARANGIAN_KERNEL(void, column_sign_sum,
                 (const float* rows, int64_t n, int64_t stride, int64_t columns, float* out),
                 (rows, n, stride, columns, out)) {
  column_sums(
      rows, n, stride, columns, out,
      [](auto x) VARANGIAN_LAMBDA_INLINE {
        const auto up = x > 0.0f ? decltype(x){} + 1.0f : decltype(x){};
        const auto down = x < 0.0f ? decltype(x){} + 1.0f : decltype(x){};
        return up - down;
      },
      [](auto sum) VARANGIAN_LAMBDA_INLINE { return sum; });
}

VARANGIAN_KERNEL(double, sum_of_squares, (const float* x, int64_t count), (x, count)) {
  return dot(x, x, count);
}

VARANGIAN_KERNEL(double, dot, (const float* x, const float* y, int64_t count), (x, y, count)) {
  double lane[kLanes] = {};
  int64_t j = 0;
  for (; j + kLanes <= count; j += kLanes)
    for (int64_t k = 0; k < kLanes; ++k)
      lane[k] += static_cast<double>(x[j + k]) * static_cast<double>(y[j + k]);
  for (int64_t k = 0; j + k < count; ++k)
    lane[k] += static_cast<double>(x[j + k]) * static_cast<double>(y[j + k]);
  return add_lanes(lane);
}

VARANGIAN_KERNEL(int64_t, count_different_signs, (const float* x, const float* y, int64_t count),
                 (x, y, count)) {
  int64_t different = 0;
  for (int64_t j = 0; j < count; ++j) different += (x[j] < 0.0f) != (y[j] < 0.0f);
  return different;
}

}  // namespace varangian::kernels
