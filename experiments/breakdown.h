#pragma once

#include "experiments/config.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace varangian {

/// "search": {"breakdown": {"over", "levels", "until", "seeds", "hold"}}: how much of something a rule
/// survives.
struct BreakdownSearch {
  std::string over;          ///< JSON pointer of what grows
  std::vector<Json> levels;  ///< its values, the harmless one first
  int64_t seeds = 3;         ///< most runs at a level
  std::string metric;     ///< column of an evaluation; "final_accuracy": of the test, else validation split
  double bound = 0;       ///< where the metric breaks
  bool relative = false;  ///< the bound is a factor of the mean at the first level ("clean")
  bool below = true;      ///< broken when below the bound, else when above

  bool breaks(double value, double clean) const;

  /// The column of metrics.csv by which this run is judged.
  std::string column(const RunConfig& run) const;
};

/// Reads the block and adds its levels and seeds as axes to every block of `sweep`. What is wrong goes to
/// `problems`, below /search/breakdown.
BreakdownSearch parse_breakdown(const Json& block, Json& sweep, Problems& problems);

/// Whether each of these runs measures what it is judged by.
void check_breakdown(const BreakdownSearch& search, std::span<const RunConfig> runs, Problems& problems);

/// For `varangian schema`.
Json breakdown_schema();

/// Runs at one level so far.
struct LevelCount {
  int64_t survived = 0, broke = 0;
};

enum class LevelState { open, survives, breaks };

/// What the majority of `seeds` runs says, as soon as the missing ones cannot change it; a tie breaks.
LevelState state_of(const LevelCount& count, int64_t seeds);

/// The level that should be looked at next; nothing when the answer is known. First the ends, then by
/// bisection; then a level on either side of the point, since accuracy is noisy and need not fall
/// monotonically; where those disagree, every level.
std::optional<size_t> next_level(const std::vector<LevelCount>& counts, int64_t seeds);

struct BreakingPoint {
  std::optional<size_t>
      survives;                  ///< the last level before the first that breaks; none: the first one breaks
  std::optional<size_t> breaks;  ///< the first level found to break; none: no level does
  std::optional<size_t> surely_survives, surely_breaks;  ///< the same of levels whose runs all agree
  bool monotone = true;  ///< no level found to survive lies above one that breaks
};

BreakingPoint breaking_point(const std::vector<LevelCount>& counts, int64_t seeds);

}  // namespace varangian
