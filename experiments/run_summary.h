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
  Json config;  ///< as in the run's identity: resolved, without what changes no result; null where there is
                ///< none
  int64_t rounds = 0, rounds_done = 0;
  Json chance_accuracy;  ///< null where there is none

  /// Of the last evaluation; a diverged run's accuracy counts as chance. Null when there is none.
  Json value(const std::string& column) const;
};

/// Whether more of a column of metrics.csv is better: accuracies and r2, nothing else.
bool higher_is_better(const std::string& column);
/// Infinitely bad.
double worst_value(const std::string& column);

/// The run of this folder. Throws when its manifest is missing or damaged.
RunSummary read_run(const std::filesystem::path& folder);

/// All runs below a folder, in the order of their first start. Damaged manifests are passed over with a line
/// on standard error. A manifest that says "running" while nobody holds the folder is reported as "killed".
std::vector<RunSummary> find_runs(const std::filesystem::path& folder);

/// Every key that any run has in this member, in the order of first sight.
std::vector<std::string> keys_of(const std::vector<RunSummary>& runs, Json RunSummary::*member);

}  // namespace varangian
