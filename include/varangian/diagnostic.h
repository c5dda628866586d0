#pragma once

#include "varangian/clock.h"
#include "varangian/component.h"
#include "varangian/message.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace varangian {

/// What happened in a measured round. The observer sees what the server cannot.
struct Observation {
  Clock clock;
  const Messages& wire;           ///< row r from worker r
  const at::Tensor& honest_mean;  ///< [d], mean of the honest workers' dense rows
  const at::Tensor& update;       ///< [d]
  std::span<const int64_t> honest;
  std::span<const int64_t> byzantine;
};

/// Values of one measured round, read once after it.
struct Measurement {
  std::vector<at::Tensor> of_round;    ///< 0-dim float64, one for each of columns()
  std::vector<at::Tensor> of_workers;  ///< [n] float64, one for each of worker_columns()
};

/// Columns of diagnostics.csv (a row a round) and of workers.csv (a row a round and worker), measured in the
/// rounds that are evaluated. Never changes a run.
class Diagnostic : public Component {
 public:
  ~Diagnostic() override;
  virtual std::vector<std::string> columns() const = 0;
  virtual std::vector<std::string> worker_columns() const { return {}; }
  virtual Measurement measure(const Observation& seen) const = 0;
};

}  // namespace varangian
