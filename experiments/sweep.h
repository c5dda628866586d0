#pragma once

#include "experiments/breakdown.h"
#include "experiments/config.h"
#include "experiments/search_adversary.h"
#include "experiments/selection.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace varangian {

/// A run that the sweep names but that cannot be: its swept values and why.
struct SkippedRun {
  Json swept;
  std::string reason;
};

struct Runs {
  std::vector<RunConfig> runs;
  std::vector<SkippedRun> skipped;
  std::vector<SweepSelection> selections;  ///< of the blocks that have one
  std::optional<AdversarySearch> search;   ///< then `runs` are its candidates at full length
  bool is_sweep = false;
  std::optional<BreakdownSearch> breakdown;  ///< then only some of the runs are needed
};

/// All runs of a config file after `settings` (pointer, value) were laid on it. Without a `sweep` block it is
/// one. A block is the product of its axes: each pointer of `grid`, all of `zip` together, each labelled axis
/// of `cases`, and `seeds`, the last varying fastest; a list of blocks is their union. All errors of all runs
/// are reported together in one Error; so are more than `most` runs. A `search` adds axes of its own.
Runs expand(const std::filesystem::path& file, const std::vector<std::pair<std::string, Json>>& settings,
            size_t most = 100000);
/// The same of a config that is not in a file yet; `where` stands for its name in errors.
Runs expand(Json config, const std::string& where, const std::vector<std::pair<std::string, Json>>& settings,
            size_t most = 100000);

}  // namespace varangian
