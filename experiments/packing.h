#pragma once

#include "experiments/plan.h"

#include <cstddef>
#include <vector>

namespace varangian {

/// How the runs of a sweep share this machine: `jobs` processes side by side, each with `threads` threads and
/// processors of its own.
struct Packing {
  int jobs = 1;
  int threads = 1;
  std::vector<std::vector<int>> cpus;  ///< of each job; empty: all that this process has
  std::vector<size_t> order;           ///< of the runs that would start, the longest first
};

/// `asked` jobs, or with 0 as many as there are runs, processors (or processors for the threads that the
/// config asks for) and memory for, by the sizes that `check` prints; on a GPU as many as its free memory
/// holds. `share`: of the processors, how many may be used; 0: all. Throws Error when `asked` is more than
/// the memory holds.
Packing make_packing(const Plan& plan, int asked, int share = 0);

/// What a run costs, in arbitrary units: its gradients, and a rule that compares all rows.
double work_of(const RunConfig& run, const RunSize& size);

}  // namespace varangian
