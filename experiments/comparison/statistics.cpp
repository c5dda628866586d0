#include "experiments/comparison/statistics.h"

#include "varangian/random.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace varangian {
namespace {

constexpr int64_t kMostOrders = 1 << 17;
constexpr int64_t kDrawnOrders = 99999;
constexpr size_t kMostUnitsDrawn = 30;
constexpr int kResamples = 10000;
constexpr double kEqual = 1 - 1e-9;  // sums in another order round differently

using Scores = std::vector<std::vector<double>>;

// places[i] is the rank of values[i] in ascending order, from 1, equals sharing the mean.
std::vector<double> ascending_ranks(std::span<const double> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<double> places(values.size());
  for (size_t first = 0, next = 0; first < order.size(); first = next) {
    while (next < order.size() && values[order[next]] == values[order[first]]) ++next;
    for (size_t i = first; i < next; ++i) places[order[i]] = static_cast<double>(first + 1 + next) / 2;
  }
  return places;
}

double squared_length(std::span<const double> values) {
  return std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
}

// Each unit's scores about their mean: what is left when treatments do not matter.
Scores about_means(Scores scores) {
  for (auto& unit : scores) {
    const double mean = std::accumulate(unit.begin(), unit.end(), 0.0) / static_cast<double>(unit.size());
    for (double& score : unit) score -= mean;
  }
  return scores;
}

// (k!)^(units - 1), the orders that differ, or more than kMostOrders.
int64_t orders_of(size_t treatments, size_t units) {
  int64_t factorial = 1, orders = 1;
  for (size_t i = 2; i <= treatments && factorial <= kMostOrders; ++i) factorial *= static_cast<int64_t>(i);
  for (size_t i = 1; i < units && orders <= kMostOrders; ++i) orders *= factorial;
  return orders;
}

// How many orders of units `from`.. give a sum of squares of at least `least`, on top of `sums`.
int64_t count_all(const Scores& scores, size_t from, const std::vector<double>& sums, double least) {
  if (from == scores.size()) return squared_length(sums) >= least ? 1 : 0;
  std::vector<size_t> order(sums.size());
  std::iota(order.begin(), order.end(), size_t{0});
  int64_t count = 0;
  do {
    std::vector<double> total = sums;
    for (size_t j = 0; j < total.size(); ++j) total[j] += scores[from][order[j]];
    count += count_all(scores, from + 1, total, least);
  } while (std::next_permutation(order.begin(), order.end()));
  return count;
}

int64_t count_drawn(Scores scores, double least) {
  const Random random(0, Purpose::noise);
  int64_t count = 0;
  std::vector<double> sums(scores.front().size());
  for (int64_t draw = 0; draw < kDrawnOrders; ++draw) {
    std::fill(sums.begin(), sums.end(), 0.0);
    for (size_t u = 0; u < scores.size(); ++u) {
      std::vector<double>& unit = scores[u];
      for (size_t j = unit.size() - 1; j > 0; --j)
        std::swap(unit[j], unit[random.below(j + 1, static_cast<uint32_t>(u),
                                             static_cast<uint64_t>(draw) * unit.size() + j)]);
      for (size_t j = 0; j < unit.size(); ++j) sums[j] += unit[j];
    }
    count += squared_length(sums) >= least ? 1 : 0;
  }
  return count;
}

double chi_squared_tail(double statistic, double freedom) {
  return at::special_gammaincc(at::scalar_tensor(freedom / 2, at::kDouble),
                               at::scalar_tensor(statistic / 2, at::kDouble))
      .item<double>();
}

double percentile(const std::vector<double>& sorted, double at) {
  const double place = at * static_cast<double>(sorted.size() - 1);
  const size_t below = static_cast<size_t>(place);
  const double above = sorted[std::min(below + 1, sorted.size() - 1)];
  return sorted[below] + (place - static_cast<double>(below)) * (above - sorted[below]);
}

}  // namespace

std::vector<double> ranks(std::span<const double> values, bool higher_is_better) {
  std::vector<double> ascending(values.begin(), values.end());
  if (higher_is_better)
    for (double& value : ascending) value = -value;
  return ascending_ranks(ascending);
}

std::vector<double> signed_ranks(std::span<const double> differences) {
  std::vector<double> sizes;
  for (const double difference : differences)
    if (difference != 0) sizes.push_back(std::abs(difference));
  const std::vector<double> places = ascending_ranks(sizes);
  std::vector<double> ranks;
  size_t next = 0;
  for (const double difference : differences)
    ranks.push_back(difference == 0 ? 0 : std::copysign(places[next++], difference));
  return ranks;
}

TestResult permutation_test(const std::vector<std::vector<double>>& scores) {
  const size_t units = scores.size(), treatments = scores.front().size();
  const Scores centre = about_means(scores);
  std::vector<double> sums(treatments);
  double spread = 0;
  for (const auto& unit : centre) {
    for (size_t j = 0; j < treatments; ++j) sums[j] += unit[j];
    spread += squared_length(unit);
  }
  TestResult result{.orders = orders_of(treatments, units)};
  const double within = std::tgamma(static_cast<double>(treatments) + 1);
  for (size_t i = 1; i < units; ++i) result.smallest_p /= within;
  if (result.orders > kMostOrders && units <= kMostUnitsDrawn) {
    result.method = Method::drawn_orders;
    result.orders = kDrawnOrders;
    result.smallest_p = std::max(result.smallest_p, 1.0 / (kDrawnOrders + 1));
  } else if (result.orders > kMostOrders) {
    result.method = Method::chi_squared;
  }
  if (spread == 0) return result;  // all are equal in every unit
  const double freedom = static_cast<double>(treatments) - 1, observed = squared_length(sums);
  result.statistic = freedom * observed / spread;
  switch (result.method) {
    case Method::all_orders:
      result.p = static_cast<double>(count_all(centre, 1, centre[0], observed * kEqual)) /
                 static_cast<double>(result.orders);
      break;
    case Method::drawn_orders:
      result.p = static_cast<double>(1 + count_drawn(centre, observed * kEqual)) / (kDrawnOrders + 1);
      break;
    case Method::chi_squared:
      result.p = std::max(chi_squared_tail(result.statistic, freedom), result.smallest_p);
  }
  return result;
}

std::vector<double> holm(std::span<const double> p) {
  std::vector<size_t> order(p.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double largest = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    largest = std::max(largest, std::min(1.0, static_cast<double>(p.size() - i) * p[order[i]]));
    adjusted[order[i]] = largest;
  }
  return adjusted;
}

Interval bootstrap_interval(std::span<const double> sums, std::span<const double> counts, double confidence) {
  const Random random(1, Purpose::noise);
  std::vector<double> means;
  for (int draw = 0; draw < kResamples; ++draw) {
    double sum = 0, count = 0;
    for (size_t i = 0; i < sums.size(); ++i) {
      const size_t taken = random.below(sums.size(), static_cast<uint32_t>(i), static_cast<uint64_t>(draw));
      sum += sums[taken];
      count += counts[taken];
    }
    if (count > 0) means.push_back(sum / count);
  }
  std::sort(means.begin(), means.end());
  return {percentile(means, (1 - confidence) / 2), percentile(means, (1 + confidence) / 2)};
}

double standard_deviation(std::span<const double> values) {
  if (values.size() < 2) return std::nan("");
  const double n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / (n - 1));
}

}  // namespace varangian
