#pragma once

#include "isa.h"
#include "order_statistics.h"

#include <cstdint>
#include <limits>

namespace varangian::kernels {

/// Order statistics of sorted values, of one column (V = float) or of several side by side (a vector of
/// floats): the same operations in the same order, so that both give the same bits.

inline constexpr float kInf = std::numeric_limits<float>::infinity();

/// What is wanted of each column.
struct Rule {
  enum class Kind { median, lower_median, trimmed_mean, around } kind;
  int64_t n, trim = 0, keep = 0;
  Centre centre = Centre::median;
};

template <typename V>
VARANGIAN_INLINE V ranked(V x) {
  return (x == x ? x : V{} + kInf) + 0.0f;  // -0 + 0 is +0
}

template <typename V>
VARANGIAN_INLINE V middle(const V* x, int64_t n, bool lower) {
  return lower || n % 2 == 1 ? x[(n - 1) / 2] : 0.5f * x[n / 2 - 1] + 0.5f * x[n / 2];
}

template <typename V>
VARANGIAN_INLINE V trimmed_mean(const V* x, int64_t n, int64_t trim) {
  V sum = x[trim];
  for (int64_t r = trim + 1; r < n - trim; ++r) sum += x[r];
  return sum * (1.0f / static_cast<float>(n - 2 * trim));
}

template <typename V>
VARANGIAN_INLINE V centre_of(const V* x, const Rule& rule) {
  return rule.centre == Centre::trimmed_mean ? trimmed_mean(x, rule.n, rule.trim)
                                             : middle(x, rule.n, rule.centre == Centre::lower_median);
}

// The nearest values stand side by side in the order: a window that has slid past x[s] when x[s] is farther
// than x[s + keep]. So one value of each residue class of ranks is in it. `gap` becomes 0 in columns where
// two values compete for the last place.
template <typename V>
VARANGIAN_INLINE V mean_around(const V* x, const Rule& rule, V& gap) {
  const V centre = centre_of(x, rule);
  V sum{};
  for (int64_t r = 0; r < rule.keep; ++r) {
    V inside = x[r];
    for (int64_t s = r; s + rule.keep < rule.n; s += rule.keep) {
      const V farther = (centre - x[s]) - (x[s + rule.keep] - centre);
      const V size = farther < 0.0f ? -farther : farther;
      inside = farther > 0.0f ? x[s + rule.keep] : inside;
      gap = size < gap ? size : gap;
    }
    sum += inside;
  }
  return sum * (1.0f / static_cast<float>(rule.keep));
}

/// A mean around the centre where the row decides who is kept: the nearest by (distance, row).
float mean_around_with_ties(const float* rows, int64_t stride, const Rule& rule);

/// The reference body: one column after another.
void by_column(const float* rows, int64_t stride, int64_t columns, const Rule& rule, float* out);

}  // namespace varangian::kernels
