#pragma once

#include "varangian/clock.h"
#include "varangian/component.h"
#include "varangian/message.h"

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace varangian {

/// What happened in a measured round. The observer sees what the server cannot.
struct Observation {
  Clock clock;
  const Messages& wire;
  const at::Tensor& honest_mean;  ///< [d], mean of the honest workers' dense rows
  const at::Tensor& update;       ///< [d]
  int64_t honest;
  int64_t byzantine;
};

/// Columns of diagnostics.csv, measured in the rounds that are evaluated. Never changes a run.
class Diagnostic : public Component {
 public:
  ~Diagnostic() override;
  virtual std::vector<std::string> columns() const = 0;
  /// One 0-dim tensor a column, in double; read once after the round.
  virtual std::vector<at::Tensor> measure(const Observation& seen) const = 0;
};

}  // namespace varangian
