#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace varangian {

/// Ranks of one block's values, 1 for the best; equals share the mean of their places. Infinite values are
/// allowed, NaN is not.
std::vector<double> ranks(std::span<const double> values, bool higher_is_better);

/// Wilcoxon's: ranks of |difference| with the sign of the difference. Differences of 0 get 0 and no rank;
/// infinite ones are the largest.
std::vector<double> signed_ranks(std::span<const double> differences);

enum class Method { all_orders, drawn_orders, chi_squared };

struct TestResult {
  double statistic = 0;  ///< asymptotically chi-squared with (treatments - 1) degrees of freedom
  double p = 1;
  double smallest_p = 1;  ///< that so many units can give
  Method method = Method::all_orders;
  int64_t orders = 1;  ///< looked at, where method is not chi_squared
};

/// Whether treatments differ, when under the null hypothesis they could change places within every unit.
/// `scores` [units][treatments]; what happens inside a unit may depend on anything. With ranks of blocks that
/// are each a unit it is Friedman's test, corrected for ties; with (x, -x) of signed ranks it is Wilcoxon's,
/// two-sided. p is exact while all orders can be looked at (130,000), from 99,999 drawn ones up to 30 units,
/// from the chi-squared limit beyond. The same scores give the same p every time.
TestResult permutation_test(const std::vector<std::vector<double>>& scores);

/// Adjusted for making all these tests together (Holm 1979): controls the chance of any false finding.
std::vector<double> holm(std::span<const double> p);

struct Interval {
  double low = 0, high = 0;
};

/// Of the mean sum(sums) / sum(counts), units drawn with replacement: percentiles of 10,000 draws, always the
/// same ones. `sums` and `counts` [units].
Interval bootstrap_interval(std::span<const double> sums, std::span<const double> counts, double confidence);

/// Of a sample (n - 1); NaN for fewer than two.
double standard_deviation(std::span<const double> values);

}  // namespace varangian
