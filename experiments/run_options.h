#pragma once

#include "experiments/plan.h"

#include <string>

namespace varangian {

/// How the runs of a sweep are done.
struct SweepOptions {
  int jobs = 0;  ///< runs side by side; 0: as many as fit (packing.h)
  int cpus = 0;  ///< processors that may be used, of those that there are; 0: all
  bool retry_failed = false;
  bool leave_held = false;  ///< end when only runs are left that other processes work on
  bool quiet = false;
};

struct SlurmOptions {
  bool submit = false;  ///< `run` submits itself
  bool task = false;    ///< it is what was submitted
  int tasks = 1;
  std::string options;  ///< for sbatch
};

/// What `run` is told on the command line.
struct RunOptions {
  PlanOptions plan;
  SweepOptions sweep;
  SlurmOptions slurm;
};

/// The words after "varangian" that mean the same, without those about Slurm and --retry-failed, quoted for a
/// shell.
std::string command_of(const RunOptions& options);

std::string quoted_for_shell(const std::string& word);

}  // namespace varangian
