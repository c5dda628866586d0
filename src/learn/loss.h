#pragma once

#include "varangian/component.h"

#include <ATen/core/Tensor.h>

namespace varangian {

class Loss : public Component {
 public:
  /// Loss of each sample, [S]. Plain differentiable operators. outputs: float [S, outputs]; targets: int64
  /// [S] for classes, else float [S, outputs].
  virtual at::Tensor value(const at::Tensor& outputs, const at::Tensor& targets) const = 0;

  /// Gradient of sum_s weights[s] * loss_s with respect to outputs; weights: [S].
  virtual at::Tensor gradient(const at::Tensor& outputs, const at::Tensor& targets,
                              const at::Tensor& weights) const = 0;

  /// Whether targets are classes (int64) or values (float).
  virtual bool classifies() const = 0;
  virtual bool takes_log_probabilities() const { return false; }
};

}  // namespace varangian
