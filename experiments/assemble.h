#pragma once

#include "data/dataset.h"
#include "engine/simulation.h"
#include "experiments/config.h"
#include "varangian/diagnostic.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace varangian {

/// Data sets of a sweep, each read once.
class DataCache {
 public:
  const Samples& get(const RunConfig& run);

 private:
  std::map<std::string, Samples> known_;
};

/// A run made of its parts, ready to be simulated.
struct Assembly {
  Setup setup;
  std::vector<std::unique_ptr<Diagnostic>> diagnostics;
  Json task;                 ///< for the manifest: names, sizes, chance accuracy
  double label_entropy = 0;  ///< NaN where there are no classes
};

/// Throws Error when data and config do not fit (a shard smaller than the batch, a model for other inputs,
/// ...).
Assembly assemble(const RunConfig& run, at::Device device, DataCache& data);

}  // namespace varangian
