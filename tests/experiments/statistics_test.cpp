#include "experiments/comparison/statistics.h"

#include "support/catch.h"

#include <cmath>
#include <limits>
#include <numeric>

// The numbers that these tests expect are SciPy's (1.17.1) and statsmodels' (0.15.0); statistics_reference.py
// beside this file prints them.
namespace varangian {
namespace {

using Rows = std::vector<std::vector<double>>;

const Rows kAccuracies = {{.61, .62, .55, .40}, {.72, .70, .66, .41}, {.58, .59, .57, .39},
                          {.80, .74, .74, .52}, {.66, .69, .60, .61}, {.70, .71, .65, .50}};

const Rows kTwelveBlocks = {{-0.3, -0.2, 0.2}, {1.5, -0.2, 0.2},  {0.4, 0.1, 0.3},   {-1.1, 0.2, 0.1},
                            {1.2, 0.9, 0.5},   {0.7, -0.1, 1.6},  {-0.0, 0.8, -0.8}, {0.3, -1.5, -1.5},
                            {-0.3, -0.7, 0.7}, {2.2, -0.6, -0.1}, {0.2, 0.7, 0.3},   {-0.2, 0.9, 1.0}};

Rows ranked(const Rows& rows, size_t count, size_t times = 1) {
  Rows all;
  for (size_t i = 0; i < times; ++i)
    for (size_t b = 0; b < count; ++b) all.push_back(ranks(rows[b], true));
  return all;
}

// Wilcoxon's test of differences, each a unit.
TestResult wilcoxon(const std::vector<double>& differences) {
  Rows scores;
  for (const double rank : signed_ranks(differences)) scores.push_back({rank, -rank});
  return permutation_test(scores);
}

}  // namespace

TEST_CASE("ranks begin with the best, and equals share the mean of their places", "[statistics]") {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  CHECK(ranks(kAccuracies[3], true) == std::vector<double>{1, 2.5, 2.5, 4});
  const std::vector<double> odd = {.5, kInfinity, -kInfinity, .5};
  CHECK(ranks(odd, true) == std::vector<double>{2.5, 1, 4, 2.5});
  CHECK(ranks(odd, false) == std::vector<double>{2.5, 4, 1, 2.5});
}

TEST_CASE("signed ranks leave differences of zero out", "[statistics]") {
  CHECK(signed_ranks(std::vector<double>{0.3, 0, -0.1, 0.3, -INFINITY}) ==
        std::vector<double>{2.5, 0, -1, 2.5, -4});
}

TEST_CASE("on ranks of blocks it is Friedman's test: exact where blocks are few", "[statistics]") {
  const TestResult three = permutation_test(ranked(kAccuracies, 3));
  CHECK(three.method == Method::all_orders);
  CHECK(three.orders == 576);
  CHECK(three.statistic == Approx(8.2));
  CHECK(three.p == Approx(0.017361111111111112));
  CHECK(three.smallest_p == Approx(1.0 / 576));
  const TestResult four = permutation_test(ranked(kAccuracies, 4));
  CHECK(four.statistic == Approx(10.230769230769225));
  CHECK(four.p == Approx(0.0026041666666666665));
}

TEST_CASE("Friedman's test draws orders where they are too many, and takes the limit for many blocks",
          "[statistics]") {
  CHECK(permutation_test(ranked(kAccuracies, 6)).statistic == Approx(14.59322033898306));
  const TestResult drawn = permutation_test(ranked(kTwelveBlocks, 12));
  CHECK(drawn.method == Method::drawn_orders);
  CHECK(drawn.statistic == Approx(0.8085106382978627));
  CHECK(drawn.p == Approx(0.7272575).margin(0.006));  // of 400,000 orders that NumPy drew
  CHECK(drawn.p == permutation_test(ranked(kTwelveBlocks, 12)).p);
  const TestResult limit = permutation_test(ranked(kTwelveBlocks, 12, 3));
  CHECK(limit.method == Method::chi_squared);
  CHECK(limit.statistic == Approx(2.425531914893617));
  CHECK(limit.p == Approx(0.29737361807547846));
}

TEST_CASE("on signed ranks it is Wilcoxon's test", "[statistics]") {
  const TestResult exact = wilcoxon({0.3, 0.6, 0.0, 0.0, -0.2, -0.3, 0.4, 1.6, -0.2, -0.3, 0.8, 0.7});
  CHECK(exact.method == Method::all_orders);
  CHECK(exact.p == Approx(0.09765625));
  const TestResult drawn =
      wilcoxon({0.57,  1.08, 0.31, 1.18, 0.43,  1.17,  1.94, -0.18, 0.7,  0.04, 0.63, -0.69,
                -0.08, 0.3,  1.4,  1.65, -0.82, -0.29, 1.15, -1.49, 0.04, 0.4,  1.76, 1.19});
  CHECK(drawn.method == Method::drawn_orders);
  CHECK(drawn.p == Approx(0.0079).margin(0.001));
  const TestResult limit =
      wilcoxon({0.51,  -0.53, 0.37,  1.1,  -0.94, -0.06, -1.5,  -0.89, -1.44, 0.16,  -0.87, 0.67, 0.56,  0.21,
                -2.12, -0.14, 0.35,  0.51, -1.13, -0.08, -0.58, -0.41, 1.46,  -0.41, 0.37,  1.28, -0.18, 0.29,
                0.51,  0.46,  -0.83, 0.48, 1.76,  -1.15, 1.26,  0.52,  -0.24, 2.4,   1.16,  -0.8});
  CHECK(limit.method == Method::chi_squared);
  CHECK(limit.statistic == Approx(0.09558657451325832));
  CHECK(limit.p == Approx(0.7571916158659814));
}

TEST_CASE("blocks of one seed change places together: twelve blocks of four seeds are four units",
          "[statistics]") {
  const std::vector<double> differences = {0.12,  0.21, 0.79, 0.54, 0.39, -0.08,
                                           -0.49, 0.67, 0.68, 0.13, 0.47, 0.59};
  const std::vector<double> signed_rank = signed_ranks(differences);
  Rows by_seed(4, {0, 0});
  for (size_t i = 0; i < 12; ++i) {
    by_seed[i / 3][0] += signed_rank[i];
    by_seed[i / 3][1] -= signed_rank[i];
  }
  const TestResult seeds = permutation_test(by_seed);
  CHECK(seeds.p == Approx(0.125));  // the smallest that four seeds can give
  CHECK(seeds.smallest_p == Approx(0.125));
  CHECK(seeds.statistic == Approx(3.8906882591093117));
  CHECK(wilcoxon(differences).p < 0.02);  // what pretending that they are twelve would give
  CHECK(permutation_test({{8, 9, 7}, {6.5, 11.5, 6}, {9, 9, 6}}).p == Approx(0.05555555555555555));
}

TEST_CASE("one unit, or no difference anywhere, shows nothing", "[statistics]") {
  CHECK(permutation_test({{1, 2, 3}}).p == 1);
  CHECK(permutation_test({{1, 2, 3}}).smallest_p == 1);
  const TestResult equal = permutation_test(Rows(7, {2, 2, 2}));
  CHECK(equal.p == 1);
  CHECK(equal.statistic == 0);
}

TEST_CASE("no p is below the smallest that so many units can give", "[statistics]") {
  for (size_t units : {2, 5, 18, 19, 31, 60}) {
    const TestResult unanimous = permutation_test(Rows(units, {1, -1}));
    CHECK(unanimous.p >= unanimous.smallest_p);
    CHECK(unanimous.smallest_p >= std::ldexp(1.0, 1 - static_cast<int>(units)) * (1 - 1e-9));
  }
  CHECK(permutation_test(Rows(5, {1, -1})).p == Approx(1.0 / 16));
}

TEST_CASE("Holm's p are statsmodels'", "[statistics]") {
  const std::vector<double> adjusted = holm(std::vector<double>{.01, .04, .03, .005, .5});
  const std::vector<double> expected = {.04, .09, .09, .025, .5};
  for (size_t i = 0; i < 5; ++i) CHECK(adjusted[i] == Approx(expected[i]));
}

TEST_CASE("a bootstrap interval is near that of all resamples", "[statistics]") {
  const std::vector<double> means = {.02, .05, -.01, .04, .07, .03}, counts = {2, 2, 1, 2, 2, 2};
  const Interval plain = bootstrap_interval(means, std::vector<double>(6, 1), 0.95);
  CHECK(plain.low == Approx(0.01333333).margin(0.002));
  CHECK(plain.high == Approx(0.05333333).margin(0.002));
  std::vector<double> sums(6);
  for (size_t i = 0; i < 6; ++i) sums[i] = means[i] * counts[i];
  const Interval weighted = bootstrap_interval(sums, counts, 0.95);
  CHECK(weighted.low == Approx(0.01909091).margin(0.002));
  CHECK(weighted.high == Approx(0.05333333).margin(0.002));
  CHECK(weighted.low == bootstrap_interval(sums, counts, 0.95).low);
}

TEST_CASE("a deviation needs two values", "[statistics]") {
  CHECK(standard_deviation(kAccuracies[0]) == Approx(0.10148891565092219));
  CHECK(std::isnan(standard_deviation(std::vector<double>{1})));
}

}  // namespace varangian
