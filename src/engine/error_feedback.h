#pragma once

#include "varangian/clock.h"

#include <ATen/core/Tensor.h>

namespace varangian {

/// What a codec loses of a message is kept and joins the next one (Karimireddy et al. 2019, arXiv
/// 1901.09847). In units of the gradient the residual is what was lost of the message; in units of the step
/// it is what was lost of the weights' way, learning rate times that, so that a loss from before the rate
/// fell weighs as much in the weights as it would have then. While the rate is constant the two are the same.
struct ErrorFeedback {
  double decay = 1;
  bool in_steps = false;

  /// message += residual
  void add(at::Tensor message, const at::Tensor& residual, const Clock& clock) const;

  /// residual = decay (message - decoded). An entry that is not finite is forgotten: it would never leave.
  void keep(at::Tensor residual, const at::Tensor& message, const at::Tensor& decoded,
            const Clock& clock) const;
};

}  // namespace varangian
