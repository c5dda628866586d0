#include "gram.h"

#include "fused.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

namespace varangian::kernels {
namespace {

constexpr int64_t kTileBytes = 2048;  // of a point: its differences in some columns lie side by side
constexpr int64_t kSide = 4;          // points in a block of pairs
constexpr int64_t kSums = 8;          // of every pair, in double: a line of the cache

// T: what differences are kept in and products are summed in within a tile.
template <typename T>
constexpr int64_t kTile = kTileBytes / static_cast<int64_t>(sizeof(T));
template <typename T>
constexpr int64_t kLanes = 64 / static_cast<int64_t>(sizeof(T));

inline double sum_of(const double* x) {
  return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
}

// Only to be compared; infinite for a row that float cannot square, which is as good as not finite here.
template <int W>
VARANGIAN_INLINE float norm_squared(const float* x, int64_t width) {
  using V = typename VectorOf<float, W>::type;
  constexpr int kAll = 64, kParts = kAll / W;  // lanes: enough of them that no addition waits for another
  V sum[kParts] = {};
  for (int64_t j = 0; j + kAll <= width; j += kAll)
#pragma GCC unroll 8
    for (int part = 0; part < kParts; ++part) {
      V y;
      std::memcpy(&y, x + j + part * W, sizeof(V));
      sum[part] = multiply_add(y, y, sum[part]);
    }
#pragma GCC unroll 8
  for (int half = kParts / 2; half >= 16 / W && half > 0; half /= 2)
#pragma GCC unroll 8
    for (int part = 0; part < half; ++part) sum[part] += sum[part + half];
  float lane[16];
  std::memcpy(lane, sum, sizeof(lane));
  for (int64_t j = width / kAll * kAll; j < width; ++j) lane[j % 16] = multiply_add(x[j], x[j], lane[j % 16]);
  float total = 0;
#pragma GCC unroll 4
  for (int k = 0; k < 4; ++k) total += (lane[k] + lane[k + 4]) + (lane[k + 8] + lane[k + 12]);
  return total;
}

// The row of least norm, null when there is none that is finite.
template <int W>
VARANGIAN_INLINE const float* common_row(const float* const* points, int64_t m, int64_t begin,
                                         int64_t width) {
  const float* row = nullptr;
  float least = std::numeric_limits<float>::infinity();
  for (int64_t i = 0; i < m; ++i) {
    if (points[i] == nullptr) continue;
    const float norm = norm_squared<W>(points[i] + begin, width);
    if (norm < least) {
      least = norm;
      row = points[i] + begin;
    }
  }
  return row;
}

template <typename T>
VARANGIAN_INLINE void fill(const float* x, const float* c, int64_t width, T* out) {
  if (x != nullptr && c != nullptr)
    for (int64_t j = 0; j < width; ++j) out[j] = x[j] - c[j];
  else if (x != nullptr)
    for (int64_t j = 0; j < width; ++j) out[j] = x[j];
  else if (c != nullptr)
    for (int64_t j = 0; j < width; ++j) out[j] = -c[j];
  else
    std::fill_n(out, width, T{0});
  std::fill_n(out + width, kTile<T> - width, T{0});
}

// Of floats, two lanes share a sum.
template <typename T, typename V>
VARANGIAN_INLINE void add_lanes(const V* lanes, double* sums) {
  if constexpr (sizeof(V) == sizeof(T)) {
    for (int64_t k = 0; k < kSums; ++k)
      sums[k] += kLanes<T> == kSums ? lanes[k] : lanes[k] + lanes[kSums + k];
  } else {
    using Eight = typename VectorOf<T, kSums>::type;
    typename VectorOf<double, kSums>::type sum;
    Eight low, high;
    std::memcpy(&sum, sums, sizeof(sum));
    std::memcpy(&low, lanes, sizeof(low));
    if constexpr (kLanes<T> == 2 * kSums) {
      std::memcpy(&high, reinterpret_cast<const char*>(lanes) + sizeof(low), sizeof(high));
      low += high;
    }
    sum += __builtin_convertvector(low, typename VectorOf<double, kSums>::type);
    std::memcpy(sums, &sum, sizeof(sum));
  }
}

// kBlock x kBlock pairs; the sums of their lanes stay in registers, kLanes / W of them for a pair.
template <typename T, int kBlock, int W>
VARANGIAN_INLINE void add_products(const T* a, const T* b, double* sums) {
  using V = typename VectorOf<T, W>::type;
  constexpr int64_t kParts = kLanes<T> / W;
  V sum[kBlock][kBlock][kParts] = {};
  for (int64_t k = 0; k < kTile<T>; k += kLanes<T>)
#pragma GCC unroll 16
    for (int part = 0; part < kParts; ++part) {
      V x[kBlock], y[kBlock];
#pragma GCC unroll 4
      for (int i = 0; i < kBlock; ++i) {
        std::memcpy(&x[i], a + i * kTile<T> + k + part * W, sizeof(V));
        std::memcpy(&y[i], b + i * kTile<T> + k + part * W, sizeof(V));
      }
#pragma GCC unroll 4
      for (int i = 0; i < kBlock; ++i)
#pragma GCC unroll 4
        for (int j = 0; j < kBlock; ++j) sum[i][j][part] = multiply_add(x[i], y[j], sum[i][j][part]);
    }
#pragma GCC unroll 4
  for (int i = 0; i < kBlock; ++i)
#pragma GCC unroll 4
    for (int j = 0; j < kBlock; ++j) add_lanes<T>(sum[i][j], sums + (i * kSide + j) * kSums);
}

template <typename T, int kBlock, int W>
VARANGIAN_INLINE void gram_by(const float* const* points, int64_t m, int64_t columns, double* out) {
  const int64_t sides = (m + kSide - 1) / kSide, area = kSide * kSide * kSums;
  constexpr int kFloats = W == 1 ? 1 : W * static_cast<int>(sizeof(T) / sizeof(float));
  struct alignas(64) Line {
    double sums[kSums];
  };
  std::vector<Line> tile_lines(static_cast<size_t>(sides * kSide * kTileBytes) / sizeof(Line));
  std::vector<Line> sum_lines(static_cast<size_t>(sides * sides * area / kSums));
  T* const tile = reinterpret_cast<T*>(tile_lines.data());
  double* const sums = sum_lines.data()->sums;
  for (int64_t begin = 0; begin < columns; begin += kTile<T>) {
    const int64_t width = std::min(kTile<T>, columns - begin);
    const float* common = common_row<kFloats>(points, m, begin, width);
    for (int64_t i = 0; i < m; ++i)
      fill(points[i] == nullptr ? nullptr : points[i] + begin, common, width, &tile[i * kTile<T>]);
    for (int64_t p = 0; p < sides; ++p)
      for (int64_t q = 0; q <= p; ++q)
        for (int i = 0; i < kSide; i += kBlock)
          for (int j = 0; j < kSide; j += kBlock)
            add_products<T, kBlock, W>(&tile[(p * kSide + i) * kTile<T>], &tile[(q * kSide + j) * kTile<T>],
                                       &sums[(p * sides + q) * area + (i * kSide + j) * kSums]);
  }
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j <= i; ++j)
      out[i * m + j] = out[j * m + i] =
          sum_of(&sums[(i / kSide * sides + j / kSide) * area + (i % kSide * kSide + j % kSide) * kSums]);
}

template <typename T>
VARANGIAN_AVX2 void gram_avx2(const float* const* points, int64_t m, int64_t columns, double* out) {
  gram_by<T, 2, 32 / sizeof(T)>(points, m, columns, out);
}
template <typename T>
VARANGIAN_AVX512 void gram_avx512(const float* const* points, int64_t m, int64_t columns, double* out) {
  gram_by<T, 4, 64 / sizeof(T)>(points, m, columns, out);
}
template <typename T>
void gram_plain(const float* const* points, int64_t m, int64_t columns, double* out) {
  gram_by<T, 2, 1>(points, m, columns, out);
}

}  // namespace

void gram(const float* const* points, int64_t m, int64_t columns, Products products, double* out) {
  const auto body = products == Products::in_float
                        ? VARANGIAN_CHOOSE(gram_plain<float>, gram_avx2<float>, gram_avx512<float>)
                        : VARANGIAN_CHOOSE(gram_plain<double>, gram_avx2<double>, gram_avx512<double>);
  body(points, m, columns, out);
}

void gram_portable(const float* const* points, int64_t m, int64_t columns, Products products, double* out) {
  (products == Products::in_float ? gram_plain<float> : gram_plain<double>)(points, m, columns, out);
}

}  // namespace varangian::kernels
