#include "experiments/comparison/comparison.h"

#include "core/nearest.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace varangian {
namespace {

constexpr double kConfidence = 0.95;

// Sums and counts of finite values, by unit.
struct ByUnit {
  explicit ByUnit(size_t units) : sums(units), counts(units) {}

  void add(size_t unit, double value) {
    if (!std::isfinite(value)) return;
    sums[unit] += value;
    ++counts[unit];
  }
  double count() const { return std::accumulate(counts.begin(), counts.end(), 0.0); }
  double mean() const { return std::accumulate(sums.begin(), sums.end(), 0.0) / count(); }
  std::vector<double> means() const {
    std::vector<double> all;
    for (size_t u = 0; u < sums.size(); ++u)
      if (counts[u] > 0) all.push_back(sums[u] / counts[u]);
    return all;
  }

  std::vector<double> sums, counts;
};

void find_worst(const Blocks& blocks, bool higher, LevelResult& result) {
  std::map<std::string, ByUnit> attacks;
  std::map<std::string, bool> infinite;
  for (const PairedBlock& block : blocks.complete) {
    attacks.emplace(block.attack, ByUnit(1)).first->second.add(0, block.values[result.level]);
    infinite[block.attack] |= !std::isfinite(block.values[result.level]);
  }
  const double bad = higher ? -INFINITY : INFINITY;
  bool first = true;
  for (const auto& [attack, values] : attacks) {
    const double mean = infinite[attack] ? bad : values.mean();
    if (first || (higher ? mean < result.worst : mean > result.worst)) {
      result.worst = mean;
      result.worst_attack = attack;
    }
    first = false;
  }
}

LevelResult result_of_level(const Blocks& blocks, bool higher, size_t level, double mean_rank) {
  ByUnit values(blocks.units);
  for (const PairedBlock& block : blocks.complete) values.add(block.unit, block.values[level]);
  LevelResult result{.level = level,
                     .mean = values.mean(),
                     .deviation = standard_deviation(values.means()),
                     .finite = static_cast<size_t>(values.count()),
                     .mean_rank = mean_rank};
  find_worst(blocks, higher, result);
  return result;
}

PairResult result_of_pair(const Blocks& blocks, bool higher, size_t a, size_t b) {
  PairResult pair{.a = a, .b = b};
  std::vector<double> differences;
  ByUnit finite(blocks.units);
  for (const PairedBlock& block : blocks.complete) {
    const double x = block.values[a], y = block.values[b];
    differences.push_back(x == y ? 0 : x - y);  // two that are infinitely bad are equal
    pair.better += higher ? x > y : x < y;
    pair.equal += x == y;
    if (std::isfinite(x) && std::isfinite(y)) finite.add(block.unit, x - y);
  }
  pair.difference = finite.mean();
  pair.interval = {NAN, NAN};
  if (finite.means().size() > 1) pair.interval = bootstrap_interval(finite.sums, finite.counts, kConfidence);
  std::vector<std::vector<double>> scores(blocks.units, {0, 0});
  const std::vector<double> ranks = signed_ranks(differences);
  for (size_t i = 0; i < ranks.size(); ++i) {
    scores[blocks.complete[i].unit][0] += ranks[i];
    scores[blocks.complete[i].unit][1] -= ranks[i];
  }
  pair.test = permutation_test(scores);
  return pair;
}

void correct(std::vector<PairResult>& pairs) {
  std::vector<double> p;
  for (const PairResult& pair : pairs) p.push_back(pair.test.p);
  const std::vector<double> adjusted = holm(p);
  for (size_t i = 0; i < pairs.size(); ++i) pairs[i].adjusted_p = adjusted[i];
}

}  // namespace

const PairResult* Comparison::to_reference(size_t level) const {
  for (const PairResult& pair : pairs)
    if (pair.a == level && pair.b == reference) return &pair;
  return nullptr;
}

Comparison compare_levels(const Blocks& blocks, bool higher, const std::string& baseline) {
  const size_t count = blocks.levels.size();
  std::vector<double> rank_sums(count);
  std::vector<std::vector<double>> scores(blocks.units, std::vector<double>(count));
  for (const PairedBlock& block : blocks.complete) {
    const std::vector<double> placed = ranks(block.values, higher);
    for (size_t i = 0; i < count; ++i) {
      rank_sums[i] += placed[i];
      scores[block.unit][i] += placed[i];
    }
  }
  Comparison comparison;
  comparison.friedman = permutation_test(scores);
  for (size_t i = 0; i < count; ++i)
    comparison.levels.push_back(
        result_of_level(blocks, higher, i, rank_sums[i] / static_cast<double>(blocks.complete.size())));
  std::stable_sort(comparison.levels.begin(), comparison.levels.end(),
                   [](const LevelResult& a, const LevelResult& b) { return a.mean_rank < b.mean_rank; });

  comparison.reference = comparison.levels.front().level;
  if (!baseline.empty()) {
    const auto found = std::find(blocks.levels.begin(), blocks.levels.end(), baseline);
    if (found == blocks.levels.end())
      throw Error::format("--baseline: {} has no value \"{}\"{}", blocks.by, baseline,
                          suggestion(baseline, blocks.levels));
    comparison.reference = static_cast<size_t>(found - blocks.levels.begin());
  }
  const auto& levels = comparison.levels;
  for (size_t i = 0; i < count; ++i)
    for (size_t j = i + 1; j < count; ++j) {
      const bool first = levels[i].level == comparison.reference,
                 second = levels[j].level == comparison.reference;
      if (!baseline.empty() && !first && !second) continue;
      // The other level minus the reference, the better-ranked minus the other elsewhere.
      comparison.pairs.push_back(first ? result_of_pair(blocks, higher, levels[j].level, levels[i].level)
                                       : result_of_pair(blocks, higher, levels[i].level, levels[j].level));
    }
  correct(comparison.pairs);
  comparison.smallest_adjusted_p =
      std::min(1.0, comparison.pairs.front().test.smallest_p * static_cast<double>(comparison.pairs.size()));
  return comparison;
}

}  // namespace varangian
