#include "combine.h"

#include "fused.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace varangian::kernels {
namespace {

// R outputs over U vectors of columns: their sums stay in registers while the points pass by.
template <int R, int U, int W>
VARANGIAN_INLINE void tile(const float* const* points, const std::vector<int64_t>& used,
                           const float* by_point, int64_t begin, float* const* outs) {
  using V = typename VectorOf<float, W>::type;
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

// Up to four outputs, the points that one of them needs, and their coefficients.
struct Group {
  std::vector<int64_t> used;
  std::vector<float> by_point;
  int64_t first, count;
};

std::vector<Group> groups_of(const float* const* points, int64_t m, const float* coefficients, int64_t k) {
  std::vector<Group> groups;
  for (int64_t first = 0; first < k; first += 4) {
    Group group{.used = {}, .by_point = {}, .first = first, .count = std::min<int64_t>(4, k - first)};
    for (int64_t i = 0; i < m; ++i) {
      bool zero = true;
      for (int64_t r = first; r < first + group.count; ++r) zero = zero && coefficients[r * m + i] == 0;
      if (zero || points[i] == nullptr) continue;
      group.used.push_back(i);
      for (int64_t r = first; r < first + group.count; ++r) group.by_point.push_back(coefficients[r * m + i]);
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

template <int U, int W>
VARANGIAN_INLINE void some_columns(const float* const* points, const Group& group, int64_t begin,
                                   float* const* outs) {
  const float* by_point = group.by_point.data();
  switch (group.count) {
    case 1:
      return tile<1, U, W>(points, group.used, by_point, begin, outs + group.first);
    case 2:
      return tile<2, U, W>(points, group.used, by_point, begin, outs + group.first);
    case 3:
      return tile<3, U, W>(points, group.used, by_point, begin, outs + group.first);
    default:
      return tile<4, U, W>(points, group.used, by_point, begin, outs + group.first);
  }
}

// All outputs of a few columns at a time, while the points' values are in the first cache.
template <int W>
VARANGIAN_INLINE void all_rows(const float* const* points, int64_t m, const float* coefficients, int64_t k,
                               int64_t columns, float* const* outs) {
  const std::vector<Group> groups = groups_of(points, m, coefficients, k);
  int64_t begin = 0;
  if (k == 1)
    for (; begin + 8 * W <= columns; begin += 8 * W)
      tile<1, 8, W>(points, groups[0].used, groups[0].by_point.data(), begin, outs);
  for (; begin + 4 * W <= columns; begin += 4 * W)
    for (const Group& group : groups) some_columns<4, W>(points, group, begin, outs);
  for (; begin < columns; ++begin)
    for (const Group& group : groups) some_columns<1, 1>(points, group, begin, outs);
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
