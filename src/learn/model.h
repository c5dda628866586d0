#pragma once

#include "learn/layer.h"
#include "varangian/component.h"

namespace varangian {

class Model : public Component {
 public:
  /// The network for inputs of this shape. Throws Error when the shape does not fit.
  virtual Network build(const Shape& input, int64_t outputs) const = 0;
  /// True when the outputs are log-probabilities, which the loss `nll` needs.
  virtual bool log_probabilities() const { return false; }
};

}  // namespace varangian
