#pragma once

#include "experiments/run_summary.h"

#include <filesystem>
#include <string>
#include <vector>

namespace varangian {

std::string as_table(const std::vector<RunSummary>& runs);
std::string as_csv(const std::vector<RunSummary>& runs);
std::string as_json(const std::vector<RunSummary>& runs);

/// The table at the end of a sweep, over the runs with these ids: final accuracy (or loss) by the first axis
/// (rows) and the others (columns), mean over seeds.
std::string final_table(const std::filesystem::path& folder, const std::vector<std::string>& ids);

}  // namespace varangian
