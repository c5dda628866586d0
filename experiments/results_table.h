#pragma once

#include "core/json.h"

#include <filesystem>
#include <string>
#include <vector>

namespace varangian {

/// What the manifest below a folder says of a run.
struct RunSummary {
  std::filesystem::path folder;
  std::string id, name, status, reason;
  Json swept, final;
  int64_t rounds_done = 0;
  Json chance_accuracy;  ///< null where there is none

  /// Of the last evaluation; a diverged run's accuracy counts as chance. Null when there is none.
  Json value(const std::string& column) const;
};

/// All runs below a folder, in the order of their first start. Damaged manifests are passed over with a line
/// on standard error. A manifest that says "running" while nobody holds the folder is reported as "killed".
std::vector<RunSummary> find_runs(const std::filesystem::path& folder);

std::string as_table(const std::vector<RunSummary>& runs);
std::string as_csv(const std::vector<RunSummary>& runs);
std::string as_json(const std::vector<RunSummary>& runs);

/// The table at the end of a sweep, over the runs with these ids: final accuracy (or loss) by the first axis
/// (rows) and the others (columns), mean over seeds.
std::string final_table(const std::filesystem::path& folder, const std::vector<std::string>& ids);

}  // namespace varangian
