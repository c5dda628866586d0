#pragma once

#include "data/dataset.h"
#include "learn/task.h"

#include <memory>

namespace varangian {

/// A "data set" that is a formula: it makes its task itself and needs no model.
class Objective : public Dataset {
 public:
  /// For worker ids 0..workers-1. `data_seed` gives what is fixed (each worker's optimum), `batch_seed` the
  /// noise.
  virtual std::unique_ptr<Task> make_task(int64_t workers, std::span<const int64_t> honest,
                                          uint64_t data_seed, uint64_t batch_seed,
                                          at::Device device) const = 0;
};

}  // namespace varangian
