#include "engine/error_feedback.h"

#include <ATen/ATen.h>

namespace varangian {

void ErrorFeedback::add(at::Tensor message, const at::Tensor& residual, const Clock& clock) const {
  if (!in_steps)
    message.add_(residual);
  else if (clock.learning_rate > 0)
    message.add_(residual.div(clock.learning_rate));
}

void ErrorFeedback::keep(at::Tensor residual, const at::Tensor& message, const at::Tensor& decoded,
                         const Clock& clock) const {
  if (in_steps && clock.learning_rate == 0) return;  // nothing was added, and nothing of the way was lost
  residual.copy_(message).sub_(decoded).mul_(in_steps ? decay * clock.learning_rate : decay);
  residual.masked_fill_(residual.isfinite().logical_not(), 0);
}

}  // namespace varangian
