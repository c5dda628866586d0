#include "gram.h"

#include "isa.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

// Compiled with -ffp-contract=fast: a product of two floats is exact in double, so fusing it with the
// addition changes no bit.
namespace varangian::kernels {
namespace {

constexpr int64_t kTile = 256;  // columns whose doubles lie side by side
constexpr int64_t kSide = 4;    // points in a block of pairs

constexpr int64_t kLanes = 8;

template <int W>
struct VectorOf {
  typedef double type __attribute__((vector_size(W * sizeof(double))));
};

inline double sum_of(const double* x) {
  return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
}

VARANGIAN_INLINE double norm_squared(const float* x, int64_t width) {
  double lane[kLanes] = {};
  for (int64_t j = 0; j + kLanes <= width; j += kLanes)
    for (int64_t k = 0; k < kLanes; ++k)
      lane[k] += static_cast<double>(x[j + k]) * static_cast<double>(x[j + k]);
  for (int64_t j = width / kLanes * kLanes; j < width; ++j)
    lane[j % kLanes] += static_cast<double>(x[j]) * static_cast<double>(x[j]);
  double sum = 0;
  for (double value : lane) sum += value;
  return sum;
}

// The row of least norm, null when there is none that is finite.
VARANGIAN_INLINE const float* common_row(const float* const* points, int64_t m, int64_t begin,
                                         int64_t width) {
  const float* row = nullptr;
  double least = std::numeric_limits<double>::infinity();
  for (int64_t i = 0; i < m; ++i) {
    if (points[i] == nullptr) continue;
    const double norm = norm_squared(points[i] + begin, width);
    if (norm < least) {
      least = norm;
      row = points[i] + begin;
    }
  }
  return row;
}

VARANGIAN_INLINE void fill(const float* x, const float* c, int64_t width, double* out) {
  if (x != nullptr && c != nullptr)
    for (int64_t j = 0; j < width; ++j) out[j] = x[j] - c[j];
  else if (x != nullptr)
    for (int64_t j = 0; j < width; ++j) out[j] = x[j];
  else if (c != nullptr)
    for (int64_t j = 0; j < width; ++j) out[j] = -c[j];
  else
    std::fill_n(out, width, 0.0);
  std::fill_n(out + width, kTile - width, 0.0);
}

// kBlock x kBlock pairs; the sums of their lanes stay in registers, kLanes / W of them for a pair.
template <int kBlock, int W>
VARANGIAN_INLINE void add_products(const double* a, const double* b, double* sums) {
  using V = typename VectorOf<W>::type;
  constexpr int64_t kParts = kLanes / W;
  V sum[kBlock][kBlock][kParts];
#pragma GCC unroll 4
  for (int i = 0; i < kBlock; ++i)
#pragma GCC unroll 4
    for (int j = 0; j < kBlock; ++j)
#pragma GCC unroll 8
      for (int part = 0; part < kParts; ++part)
        std::memcpy(&sum[i][j][part], sums + (i * kSide + j) * kLanes + part * W, sizeof(V));
  for (int64_t k = 0; k < kTile; k += kLanes)
#pragma GCC unroll 8
    for (int part = 0; part < kParts; ++part) {
      V x[kBlock], y[kBlock];
#pragma GCC unroll 4
      for (int i = 0; i < kBlock; ++i) {
        std::memcpy(&x[i], a + i * kTile + k + part * W, sizeof(V));
        std::memcpy(&y[i], b + i * kTile + k + part * W, sizeof(V));
      }
#pragma GCC unroll 4
      for (int i = 0; i < kBlock; ++i)
#pragma GCC unroll 4
        for (int j = 0; j < kBlock; ++j) sum[i][j][part] += x[i] * y[j];
    }
#pragma GCC unroll 4
  for (int i = 0; i < kBlock; ++i)
#pragma GCC unroll 4
    for (int j = 0; j < kBlock; ++j)
#pragma GCC unroll 8
      for (int part = 0; part < kParts; ++part)
        std::memcpy(sums + (i * kSide + j) * kLanes + part * W, &sum[i][j][part], sizeof(V));
}

template <int kBlock, int W>
VARANGIAN_INLINE void gram_by(const float* const* points, int64_t m, int64_t columns, double* out) {
  const int64_t sides = (m + kSide - 1) / kSide, area = kSide * kSide * kLanes;
  std::vector<double> tile(static_cast<size_t>(sides * kSide * kTile));
  std::vector<double> sums(static_cast<size_t>(sides * sides * area));
  for (int64_t begin = 0; begin < columns; begin += kTile) {
    const int64_t width = std::min(kTile, columns - begin);
    const float* common = common_row(points, m, begin, width);
    for (int64_t i = 0; i < m; ++i)
      fill(points[i] == nullptr ? nullptr : points[i] + begin, common, width, &tile[i * kTile]);
    for (int64_t p = 0; p < sides; ++p)
      for (int64_t q = 0; q <= p; ++q)
        for (int i = 0; i < kSide; i += kBlock)
          for (int j = 0; j < kSide; j += kBlock)
            add_products<kBlock, W>(&tile[(p * kSide + i) * kTile], &tile[(q * kSide + j) * kTile],
                                    &sums[(p * sides + q) * area + (i * kSide + j) * kLanes]);
  }
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j <= i; ++j)
      out[i * m + j] = out[j * m + i] =
          sum_of(&sums[(i / kSide * sides + j / kSide) * area + (i % kSide * kSide + j % kSide) * kLanes]);
}

VARANGIAN_AVX2 void gram_avx2(const float* const* points, int64_t m, int64_t columns, double* out) {
  gram_by<2, 4>(points, m, columns, out);
}
VARANGIAN_AVX512 void gram_avx512(const float* const* points, int64_t m, int64_t columns, double* out) {
  gram_by<4, 8>(points, m, columns, out);
}

}  // namespace

void gram_portable(const float* const* points, int64_t m, int64_t columns, double* out) {
  gram_by<2, 2>(points, m, columns, out);
}

void gram(const float* const* points, int64_t m, int64_t columns, double* out) {
  VARANGIAN_CHOOSE(gram_portable, gram_avx2, gram_avx512)(points, m, columns, out);
}

}  // namespace varangian::kernels
