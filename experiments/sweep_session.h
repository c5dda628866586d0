#pragma once

#include "experiments/packing.h"
#include "experiments/plan.h"
#include "experiments/run_options.h"
#include "experiments/sweep_progress.h"
#include "experiments/worker_process.h"

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace varangian {

struct SweepResult {
  struct Failure {
    size_t run;
    std::string reason;
  };
  std::vector<Failure> failures;
  bool interrupted = false;
};

/// The runs of a sweep, in processes side by side, the longest first. Whatever happens to one of them, the
/// others go on. A run that another process works on is left to it and looked at again at the end. When
/// `stop` becomes true, runs end at a checkpoint.
class SweepSession {
 public:
  SweepSession(Plan& plan, const SweepOptions& options, const std::atomic<bool>& stop);
  const Packing& packing() const { return packing_; }
  SweepResult run();

 private:
  struct Job {
    std::unique_ptr<WorkerProcess> process;  ///< null until the first run, and after it died
    std::optional<size_t> run;
    std::chrono::steady_clock::time_point start;
  };

  void pass_over();
  bool dispatch();
  std::optional<size_t> next();
  void start(Job& job, size_t run);
  void listen();
  void hear(Job& job);
  void bury(Job& job);
  void fail(size_t run, const std::string& reason);
  bool any_running() const;

  Plan& plan_;
  SweepOptions options_;
  const std::atomic<bool>& stop_;
  Packing packing_;
  std::deque<size_t> queue_, held_;
  std::vector<Job> jobs_;
  SweepProgress progress_;
  SweepResult result_;
};

}  // namespace varangian
