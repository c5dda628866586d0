#pragma once

#include "data/dataset.h"
#include "learn/loss.h"
#include "learn/metric.h"
#include "learn/model.h"
#include "learn/sampler.h"
#include "learn/task.h"

#include <memory>
#include <vector>

namespace varangian {

/// What a supervised task is made of. Sample positions are those of Samples; the splits are disjoint.
struct Supervised {
  Samples samples;
  std::vector<int64_t> validation;  ///< positions, taken from the training set
  Sampler sampler;                  ///< of positions in the rest of it
  std::vector<int64_t> honest;      ///< worker ids, for `epoch`
  std::unique_ptr<Network> network;
  std::unique_ptr<Loss> loss;
  std::vector<std::unique_ptr<Metric>> metrics;
  std::shared_ptr<const DataAdversary> backdoor;  ///< whose success is measured; may be null
};

/// A model trained on samples by the given loss. `device` receives the whole data set.
std::unique_ptr<Task> make_supervised_task(Supervised parts, at::Device device);

}  // namespace varangian
