#pragma once

#include "experiments/packed_runs.h"
#include "experiments/run_options.h"

#include <atomic>
#include <string>
#include <vector>

namespace varangian {

struct RerunOptions {
  std::vector<std::string> settings, plugins;
  int jobs = 0;
  bool trust = false;  ///< may start programs and load models that the pack brings
};

/// A run of a pack, run again here.
struct Rerun {
  size_t run = 0;                ///< of the pack
  std::filesystem::path folder;  ///< of its new record
  Json content;                  ///< of its identity here
  std::string failure;           ///< why there is no new record; "" when there is one
};

/// Runs some of a pack's runs again below `folder`, as `run` runs a sweep. Whatever befalls one of them is
/// its `failure`.
std::vector<Rerun> run_again(const Pack& pack, const std::vector<size_t>& chosen, const RerunOptions& options,
                             const std::filesystem::path& folder, const std::atomic<bool>& stop);

}  // namespace varangian
