#pragma once

#include "experiments/status_line.h"
#include "record/run_log.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace varangian {

/// Shows how far a sweep is: what is done, what is running and how fast, what is left and for how long. What
/// ends stays on the screen, and is a line of sweep.log in `folder`. `quiet` shows only warnings and
/// failures.
class SweepProgress {
 public:
  /// `work`: of all runs that will start, in the units of work_of (packing.h).
  SweepProgress(size_t runs, double work, bool quiet, const std::filesystem::path& folder);

  void begin(size_t run, const std::string& label, int64_t rounds, double work);
  void update(size_t run, int64_t first_round, int64_t round);
  /// Ends a run with a line.
  void end(size_t run, const std::string& text);
  void fail(size_t run, const std::string& reason);
  /// A run that had begun comes back to the queue.
  void put_back(size_t run);
  /// A run that is not started.
  void pass(const std::string& label, const std::string& text);
  void warn(const std::string& text);

  /// Shows the state when it is time to. `held`: how many runs other processes work on.
  void refresh(size_t held);

 private:
  using Clock = std::chrono::steady_clock;
  struct Running {
    std::string label;
    int64_t rounds = 0, first = 0, round = 0;
    double work = 0;
    Clock::time_point start = Clock::now();

    double done() const;  ///< work done in this session
    double left() const;
    double speed() const;  ///< rounds a second
  };

  std::string seconds_left() const;
  std::string head() const { return "[" + std::to_string(ended_) + "/" + std::to_string(runs_) + "] "; }
  Running retire(size_t run);

  StatusLine line_;
  RunLog log_;
  size_t runs_, ended_ = 0;
  double work_left_, work_done_ = 0;  ///< of runs not begun; of runs that ended
  bool quiet_;
  std::map<size_t, Running> running_;
  Clock::time_point start_ = Clock::now(), last_shown_ = start_;
};

}  // namespace varangian
