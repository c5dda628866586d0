#pragma once

#include "experiments/comparison/axes.h"
#include "experiments/comparison/measure.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace varangian {

/// A run and its number; nothing where it is not finished or its record is damaged.
struct Measured {
  const RunSummary* run;
  std::optional<double> value;
};

/// What was measured below a folder.
struct Measurements {
  Measure measure;
  std::vector<Measured> runs;
  std::vector<std::string> notes;  ///< what was left out, for people
};

/// Reads the records of all runs; a damaged one is named on standard error. Of several runs at one place of a
/// sweep (its config was edited between two starts) the one that was started last counts. `metric` "" is
/// final_accuracy. The result refers to `axes`. Throws Error when nothing is finished.
Measurements measure_all(const Axes& axes, const std::string& metric);

/// One combination of all axes but the compared one, in which every level has its number.
struct PairedBlock {
  std::string place;           ///< "adversary times -10, seed 0"
  std::string attack;          ///< label on the attack axis, "" without one
  size_t unit;                 ///< which replicate it belongs to
  std::vector<double> values;  ///< by level
};

/// What changes places together under the null hypothesis.
enum class Replicates { seeds, blocks };

struct Blocks {
  std::string by;
  std::vector<std::string> levels;
  std::vector<std::string> held;       ///< axes that make a block
  std::vector<std::string> following;  ///< axes that vary with `by` alone, as if zipped with it
  std::vector<PairedBlock> complete;
  size_t units = 0;
  size_t without_axis = 0;  ///< runs that have no value on `by`
  size_t incomplete = 0;
  std::map<std::string, size_t> lacking;  ///< level -> incomplete blocks without it
};

/// Throws Error when there are fewer than two levels or no complete block.
Blocks make_blocks(const Axes& axes, const Measurements& measurements, const std::string& by,
                   const std::string& attack_axis, Replicates replicates);

}  // namespace varangian
