#pragma once

#include "experiments/sweep_session.h"

#include <atomic>
#include <string>
#include <vector>

namespace varangian {

/// A candidate after a level.
struct JudgedCandidate {
  size_t candidate = 0;  ///< of SearchCell::candidates
  double value = 0;      ///< mean over seeds
  bool kept = false;
  std::vector<double> record;  ///< of the first seed: its row of metrics.csv
};

struct SearchedCell {
  SearchCell cell;
  std::vector<HalvingLevel> levels;
  std::vector<std::vector<JudgedCandidate>> judged;  ///< [level], the most harmful first
  std::string undecided;                             ///< why there is no next level, though there should be

  /// Who goes into the next level, in the order of the config.
  std::vector<size_t> next() const;
  bool done() const { return judged.size() == levels.size(); }
};

/// Looks for the worst adversary of every combination of the swept values, level by level. What it does is a
/// function of the runs' records, so that a second start repeats nothing.
class AdversarySearchSession {
 public:
  AdversarySearchSession(Plan& plan, const SweepOptions& options, const std::atomic<bool>& stop);

  /// Failures are by index in the plan.
  SweepResult run();

  const std::vector<SearchedCell>& cells() const { return cells_; }
  const std::string& metric() const { return metric_; }

 private:
  bool run_level();
  void judge(SearchedCell& cell);

  Plan& plan_;
  SweepOptions options_;
  const std::atomic<bool>& stop_;
  std::string metric_;
  std::vector<SearchedCell> cells_;
  SweepResult result_;
};

}  // namespace varangian
