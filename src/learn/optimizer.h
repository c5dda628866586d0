#pragma once

#include "varangian/clock.h"
#include "varangian/component.h"
#include "varangian/state.h"

#include <ATen/core/Tensor.h>

namespace varangian {

/// The server's step. Called for blocks of columns, from several threads at once.
class Optimizer : public Component {
 public:
  /// The learning rate before the schedule.
  virtual double learning_rate() const = 0;

  /// Adds what it remembers, zeroed, [columns] each, named "optimizer.*".
  virtual void declare(State& state, int64_t columns, at::Device device) const = 0;

  /// weights and update: [width], columns begin..begin + width; weights change in place.
  virtual void step(at::Tensor weights, const at::Tensor& update, State& state, int64_t begin,
                    const Clock& clock) const = 0;
};

}  // namespace varangian
