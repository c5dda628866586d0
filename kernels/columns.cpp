#include "columns.h"

#include "isa.h"
#include "lanes.h"

#include <algorithm>

namespace varangian::kernels {
namespace {

constexpr int64_t kTile = 1024;

}  // namespace

VARANGIAN_KERNEL(void, column_mean,
                 (const float* rows, int64_t n, int64_t stride, int64_t columns, float* out),
                 (rows, n, stride, columns, out)) {
  const float scale = 1.0f / static_cast<float>(n);
  for (int64_t begin = 0; begin < columns; begin += kTile) {
    const int64_t width = std::min(kTile, columns - begin);
    float* sum = out + begin;
    for (int64_t j = 0; j < width; ++j) sum[j] = rows[begin + j];
    for (int64_t r = 1; r < n; ++r) {
      const float* row = rows + r * stride + begin;
      for (int64_t j = 0; j < width; ++j) sum[j] += row[j];
    }
    for (int64_t j = 0; j < width; ++j) sum[j] *= scale;
  }
}

VARANGIAN_KERNEL(void, column_sign_sum,
                 (const float* rows, int64_t n, int64_t stride, int64_t columns, float* out),
                 (rows, n, stride, columns, out)) {
  for (int64_t begin = 0; begin < columns; begin += kTile) {
    const int64_t width = std::min(kTile, columns - begin);
    float* sum = out + begin;
    for (int64_t j = 0; j < width; ++j) sum[j] = 0;
    for (int64_t r = 0; r < n; ++r) {
      const float* row = rows + r * stride + begin;
      for (int64_t j = 0; j < width; ++j) sum[j] += (row[j] > 0 ? 1.0f : 0.0f) - (row[j] < 0 ? 1.0f : 0.0f);
    }
  }
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
