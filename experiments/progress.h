#pragma once

#include "engine/training.h"

#include <chrono>
#include <cstdio>
#include <string>

namespace varangian {

/// Shows how far a run or a sweep is, on standard error: one line that changes on a terminal, else a plain
/// line every few seconds. `quiet` shows nothing but warnings.
class ProgressDisplay {
 public:
  ProgressDisplay(size_t runs, int64_t rounds_in_all, bool quiet);

  /// A run begins; `label` is what the sweep calls it.
  void begin(size_t index, const std::string& label);
  void update(const Progress& progress);
  /// Ends the run's line with `text`; `rounds` were due in all of it, also where it ended early or was done
  /// before.
  void end(const std::string& text, int64_t rounds);
  /// The same for a run that failed; shown also when quiet.
  void fail(const std::string& reason, int64_t rounds);
  void warn(const std::string& text);

 private:
  void show(const std::string& line, bool last);
  std::string time_left(int64_t round) const;
  std::string prefix() const;
  void account(int64_t rounds);

  using Clock = std::chrono::steady_clock;
  size_t runs_;
  bool quiet_, terminal_;
  size_t index_ = 0;
  std::string label_;
  int64_t rounds_left_;     ///< of the runs after those that ended
  int64_t run_rounds_ = 0;  ///< of the run in hand
  int64_t first_round_ = 0;
  int64_t rounds_timed_ = 0;  ///< rounds of earlier runs in this session
  double seconds_timed_ = 0;
  Clock::time_point run_start_, last_shown_;
  size_t shown_width_ = 0;
};

/// Prints at once. That nobody reads (a closed pipe or terminal) is no error.
void tell(std::FILE* stream, const std::string& text);

/// "12 s", "3 min 20 s", "5 h 02 min".
std::string duration(double seconds);

}  // namespace varangian
