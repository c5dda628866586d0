#include "combine.h"

#include "isa.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <type_traits>
#include <vector>

// Compiled with -ffp-contract=fast, so that the vector bodies fuse; the plain body says so itself.
namespace varangian::kernels {
namespace {

template <int W>
struct VectorOf {
  typedef float type __attribute__((vector_size(W * sizeof(float))));
};
template <>
struct VectorOf<1> {
  using type = float;
};

template <typename V>
VARANGIAN_INLINE V multiply_add(float a, const V& x, const V& sum) {
  if constexpr (std::is_same_v<V, float>) {
    return __builtin_fmaf(a, x, sum);
  } else {
#if defined(__clang__)  // does not fuse vectors in all cases
    V result;
    for (size_t k = 0; k < sizeof(V) / sizeof(float); ++k) result[k] = __builtin_fmaf(a, x[k], sum[k]);
    return result;
#else
    return a * x + sum;
#endif
  }
}

// R outputs over U vectors of columns: their sums stay in registers while the points pass by.
template <int R, int U, int W>
VARANGIAN_INLINE void tile(const float* const* points, const std::vector<int64_t>& used,
                           const float* by_point, int64_t begin, float* const* outs) {
  using V = typename VectorOf<W>::type;
  V sum[R][U] = {};
  for (size_t i = 0; i < used.size(); ++i) {
    const float* x = points[used[i]] + begin;
    V part[U];
    for (int u = 0; u < U; ++u) std::memcpy(&part[u], x + u * W, sizeof(V));
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
      for (int u = 0; u < U; ++u)
        sum[r][u] =
            multiply_add(by_point[i * static_cast<size_t>(R) + static_cast<size_t>(r)], part[u], sum[r][u]);
  }
  for (int r = 0; r < R; ++r)
    for (int u = 0; u < U; ++u) std::memcpy(outs[r] + begin + u * W, &sum[r][u], sizeof(V));
}

template <int R, int W>
VARANGIAN_INLINE void rows(const float* const* points, int64_t m, const float* coefficients, int64_t columns,
                           float* const* outs) {
  std::vector<int64_t> used;
  std::vector<float> by_point;
  for (int64_t i = 0; i < m; ++i) {
    bool zero = true;
    for (int r = 0; r < R; ++r) zero = zero && coefficients[r * m + i] == 0;
    if (zero || points[i] == nullptr) continue;
    used.push_back(i);
    for (int r = 0; r < R; ++r) by_point.push_back(coefficients[r * m + i]);
  }
  constexpr int U = R == 1 ? 8 : 4;
  int64_t begin = 0;
  for (; begin + U * W <= columns; begin += U * W) tile<R, U, W>(points, used, by_point.data(), begin, outs);
  for (; begin < columns; ++begin) tile<R, 1, 1>(points, used, by_point.data(), begin, outs);
}

template <int W>
VARANGIAN_INLINE void all_rows(const float* const* points, int64_t m, const float* coefficients, int64_t k,
                               int64_t columns, float* const* outs) {
  int64_t r = 0;
  for (; r + 4 <= k; r += 4) rows<4, W>(points, m, coefficients + r * m, columns, outs + r);
  for (; r < k; ++r) rows<1, W>(points, m, coefficients + r * m, columns, outs + r);
}

void combine_plain(const float* const* points, int64_t m, const float* coefficients, int64_t k,
                   int64_t columns, float* const* outs) {
  all_rows<1>(points, m, coefficients, k, columns, outs);
}
VARANGIAN_AVX2 void combine_avx2(const float* const* points, int64_t m, const float* coefficients, int64_t k,
                                 int64_t columns, float* const* outs) {
  all_rows<8>(points, m, coefficients, k, columns, outs);
}
VARANGIAN_AVX512 void combine_avx512(const float* const* points, int64_t m, const float* coefficients,
                                     int64_t k, int64_t columns, float* const* outs) {
  all_rows<16>(points, m, coefficients, k, columns, outs);
}

}  // namespace

void combine(const float* const* points, int64_t m, const float* coefficients, int64_t k, int64_t columns,
             float* const* outs) {
  VARANGIAN_CHOOSE(combine_plain, combine_avx2, combine_avx512)(points, m, coefficients, k, columns, outs);
}

}  // namespace varangian::kernels
