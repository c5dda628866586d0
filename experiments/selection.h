#pragma once

#include "experiments/config.h"

#include <span>
#include <string>
#include <vector>

namespace varangian {

/// `select` of a sweep block: which values of the axes `over` do best in the worst case over the axes
/// `worst_over`, for each combination of the others. (Nobody may choose by the test set.)
struct SweepSelection {
  std::vector<std::string> over, worst_over;  ///< as in RunConfig::swept; of a zip with one pointer all
  std::string metric = "validation_accuracy";
  size_t first = 0, last = 0;  ///< its runs: [first, last) of Runs::runs
};

/// `at` is where `select` stands. `axes`: of the block, each by the names that it has in RunConfig::swept.
SweepSelection parse_selection(const Json& select, const std::string& at,
                               const std::vector<std::vector<std::string>>& axes, Problems& problems);

/// Whether each of these runs measures what is selected by.
void check_metric(const SweepSelection& selection, const std::string& at, std::span<const RunConfig> runs,
                  Problems& problems);

}  // namespace varangian
