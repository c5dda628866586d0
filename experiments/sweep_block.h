#pragma once

#include "experiments/selection.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace varangian {

/// One value of an axis: what it sets, and what it is called in each column of the results.
struct SweepPoint {
  std::vector<std::pair<std::string, Json>> settings;
  Json swept = Json::object();
};

using SweepAxis = std::vector<SweepPoint>;

/// A block of a sweep as it is written: axes, whose product and `seeds` are its runs.
struct SweepBlock {
  std::vector<SweepAxis> axes;
  int64_t seeds = 1;
  std::string policy = "error";  ///< about combinations that do not fit
  std::optional<SweepSelection> selection;
  std::string select_at;  ///< JSON pointer of the selection

  /// How many runs, or SIZE_MAX when there are more than can be counted.
  size_t size() const;
};

/// `at` is the block's JSON pointer.
SweepBlock read_block(const Json& block, const std::string& at, Problems& problems);

}  // namespace varangian
