#include "order_statistics_of_column.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace varangian::kernels {
namespace {

void sorted_column(const float* rows, int64_t stride, int64_t n, std::vector<float>& sorted) {
  sorted.resize(static_cast<size_t>(n));
  for (int64_t r = 0; r < n; ++r) sorted[static_cast<size_t>(r)] = ranked(rows[r * stride]);
  std::sort(sorted.begin(), sorted.end());
}

}  // namespace

float mean_around_with_ties(const float* rows, int64_t stride, const Rule& rule) {
  std::vector<float> sorted;
  sorted_column(rows, stride, rule.n, sorted);
  const float centre = centre_of(sorted.data(), rule);
  std::vector<int64_t> order(static_cast<size_t>(rule.n));
  std::iota(order.begin(), order.end(), 0);
  const auto far = [&](int64_t r) { return std::fabs(ranked(rows[r * stride]) - centre); };
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return far(a) < far(b); });
  float sum = 0;
  for (int64_t i = 0; i < rule.keep; ++i) sum += ranked(rows[order[static_cast<size_t>(i)] * stride]);
  return sum * (1.0f / static_cast<float>(rule.keep));
}

void by_column(const float* rows, int64_t stride, int64_t columns, const Rule& rule, float* out) {
  std::vector<float> x;
  for (int64_t j = 0; j < columns; ++j) {
    sorted_column(rows + j, stride, rule.n, x);
    float gap = 1;
    switch (rule.kind) {
      case Rule::Kind::median:
        out[j] = middle(x.data(), rule.n, false);
        break;
      case Rule::Kind::lower_median:
        out[j] = middle(x.data(), rule.n, true);
        break;
      case Rule::Kind::trimmed_mean:
        out[j] = trimmed_mean(x.data(), rule.n, rule.trim);
        break;
      case Rule::Kind::around:
        out[j] = mean_around(x.data(), rule, gap);
    }
    if (gap == 0) out[j] = mean_around_with_ties(rows + j, stride, rule);
  }
}

}  // namespace varangian::kernels
