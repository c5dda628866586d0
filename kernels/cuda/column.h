#pragma once

#include "../order_statistics_of_column.h"
#include "portable.h"

#include <cmath>
#include <cstdint>

/// What one thread does with one column: kernels/columns.h and kernels/order_statistics.h, to the same bits.
/// `rows` is where the column begins; value r is rows[r * stride].
namespace varangian::kernels::cuda {

VARANGIAN_ON_DEVICE float mean_of_column(const float* rows, int64_t n, int64_t stride) {
  float sum = rows[0];
  for (int64_t r = 1; r < n; ++r) sum += rows[r * stride];
  return sum * (1.0f / static_cast<float>(n));
}

VARANGIAN_ON_DEVICE float deviation_of_column(const float* rows, int64_t n, int64_t stride, float mean) {
  float squares = 0;
  for (int64_t r = 0; r < n; ++r) {
    const float off = rows[r * stride] - mean;
    squares += off * off;
  }
  return sqrtf(squares * (n > 1 ? 1.0f / static_cast<float>(n - 1) : 0.0f));
}

VARANGIAN_ON_DEVICE float sign_sum_of_column(const float* rows, int64_t n, int64_t stride) {
  int64_t sum = 0;
  for (int64_t r = 0; r < n; ++r) sum += (rows[r * stride] > 0) - (rows[r * stride] < 0);
  return static_cast<float>(sum);
}

/// Bitonic; N is a power of 2. Unrolled, so that up to 64 values stay in a thread's registers.
template <int N>
VARANGIAN_ON_DEVICE void sort_values(float (&x)[N]) {
  VARANGIAN_UNROLL
  for (int size = 2; size <= N; size *= 2) {
    VARANGIAN_UNROLL
    for (int step = size / 2; step > 0; step /= 2) {
      VARANGIAN_UNROLL
      for (int i = 0; i < N; ++i) {
        const int other = i ^ step;
        if (other < i) continue;
        const float low = x[i] < x[other] ? x[i] : x[other], high = x[i] < x[other] ? x[other] : x[i];
        x[i] = (i & size) == 0 ? low : high;
        x[other] = (i & size) == 0 ? high : low;
      }
    }
  }
}

/// Whether value a of row r stands before value b of row s among the nearest.
VARANGIAN_ON_DEVICE bool is_nearer(float a, int64_t r, float b, int64_t s) {
  return a < b || (a == b && r < s);
}

/// The nearest by (distance, row), one after another: reads every row `keep` times.
VARANGIAN_ON_DEVICE float mean_of_nearest(const float* rows, int64_t stride, const Rule& rule, float centre) {
  float sum = 0, last = -1;
  int64_t last_row = -1;
  for (int64_t i = 0; i < rule.keep; ++i) {
    int64_t best_row = -1;
    float best = 0;
    for (int64_t r = 0; r < rule.n; ++r) {
      const float far = fabsf(ranked(rows[r * stride]) - centre);
      if (!is_nearer(last, last_row, far, r)) continue;  // already taken
      if (best_row < 0 || is_nearer(far, r, best, best_row)) best = far, best_row = r;
    }
    if (best_row < 0) break;  // distances that are no numbers
    sum += ranked(rows[best_row * stride]);
    last = best;
    last_row = best_row;
  }
  return sum * (1.0f / static_cast<float>(rule.keep));
}

/// n up to N.
template <int N>
VARANGIAN_ON_DEVICE float order_statistic(const float* rows, int64_t stride, const Rule& rule) {
  float x[N];
  VARANGIAN_UNROLL
  for (int i = 0; i < N; ++i) x[i] = i < rule.n ? ranked(rows[i * stride]) : kInf;
  sort_values(x);
  float sorted[N];  // a copy, since what is indexed by a variable cannot be in registers
  VARANGIAN_UNROLL
  for (int i = 0; i < N; ++i) sorted[i] = x[i];
  if (rule.kind == Rule::Kind::trimmed_mean) return trimmed_mean(sorted, rule.n, rule.trim);
  if (rule.kind != Rule::Kind::around) return middle(sorted, rule.n, rule.kind == Rule::Kind::lower_median);
  float gap = 1;
  const float mean = mean_around(sorted, rule, gap);
  return gap == 0 ? mean_of_nearest(rows, stride, rule, centre_of(sorted, rule)) : mean;
}

}  // namespace varangian::kernels::cuda
