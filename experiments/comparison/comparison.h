#pragma once

#include "experiments/comparison/blocks.h"
#include "experiments/comparison/statistics.h"

#include <string>
#include <vector>

namespace varangian {

/// a - b, block by block.
struct PairResult {
  size_t a, b;            ///< places in Blocks::levels
  double difference = 0;  ///< mean over the blocks where both are finite; NaN without one
  Interval interval;      ///< 95 %; NaN with fewer than two units
  size_t better = 0;      ///< blocks in which a is better
  size_t equal = 0;
  TestResult test;
  double adjusted_p = 1;
};

struct LevelResult {
  size_t level;          ///< place in Blocks::levels
  double mean = 0;       ///< over the blocks where it is finite
  double deviation = 0;  ///< of the units' means; NaN with fewer than two
  size_t finite = 0;     ///< blocks
  double worst = 0;      ///< over attacks, of the attack's mean; infinitely bad where some block is
  std::string worst_attack;
  double mean_rank = 0;
};

struct Comparison {
  std::vector<LevelResult> levels;  ///< the lowest mean rank first
  size_t reference = 0;             ///< place in Blocks::levels
  std::vector<PairResult> pairs;    ///< all that were tested together; with the reference, it is b
  TestResult friedman;
  /// The smallest p that a pair can reach after Holm's correction.
  double smallest_adjusted_p = 1;

  /// The pair of a level and the reference; nullptr for the reference itself.
  const PairResult* to_reference(size_t level) const;
};

/// `baseline` "": against the level of the lowest mean rank, and all pairs are tested; else only those with
/// the baseline are. Throws Error when there is no such level.
Comparison compare_levels(const Blocks& blocks, bool higher_is_better, const std::string& baseline);

}  // namespace varangian
