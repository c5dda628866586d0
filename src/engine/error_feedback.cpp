#include "engine/error_feedback.h"

#include <ATen/ATen.h>

#include <limits>

namespace varangian {
namespace {

// Below it a residual cannot be divided by the rate.
bool is_step(const Clock& clock) { return clock.learning_rate >= std::numeric_limits<float>::min(); }

}  // namespace

void ErrorFeedback::add(at::Tensor message, const at::Tensor& residual, const Clock& clock) const {
  if (!in_steps)
    message.add_(residual);
  else if (is_step(clock))
    message.add_(residual.mul(1 / clock.learning_rate));
}

void ErrorFeedback::keep(at::Tensor residual, const at::Tensor& message, const at::Tensor& decoded,
                         const Clock& clock) const {
  if (in_steps && !is_step(clock)) return;  // nothing was added, and nothing of the way was lost
  residual.copy_(message).sub_(decoded).mul_(in_steps ? decay * clock.learning_rate : decay);
  residual.masked_fill_(residual.sub(residual).ne(0), 0);  // only what is not finite is no zero less itself
}

}  // namespace varangian
