#pragma once

#include "engine/training.h"
#include "experiments/assemble.h"
#include "experiments/identity.h"

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>

namespace varangian {

/// What a start of a run would do, and why.
struct Verdict {
  bool starts = true;
  bool from_scratch = false;  ///< what is there is thrown away
  bool diverged = false;      ///< done, and this is how it ended
  bool failed = false;        ///< so it ended before; a sweep starts it only when asked to
  std::string reason;
};

/// What runs of a sweep share.
struct RunContext {
  at::Device device;
  Crew& crew;
  DataCache& data;
  const std::atomic<bool>& stop;
  std::function<void(const Progress&)> progress;
  std::function<void(const std::string&)> warn;
};

std::filesystem::path folder_of(const RunConfig& run, const Identity& identity);

/// `manifest`: of the run's folder, null when there is none.
Verdict judge(const RunConfig& run, const Json& manifest);

/// Trains a run in its folder and writes everything that design 7 (docs/architecture.md) names; goes on from
/// the last checkpoint. Returns the final manifest. An Error is noted in the manifest ("failed") before it is
/// thrown on; Held, when another process works on the run, leaves everything as it is.
Json run_one(const RunConfig& run, const Identity& identity, const Verdict& verdict,
             const RunContext& context);

}  // namespace varangian
