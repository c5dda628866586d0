#include "learn/optimizers/steps_on_device.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// u + coupled x
at::Tensor with_decay(const at::Tensor& x, const at::Tensor& u, float coupled) {
  return at::mul(x, coupled).add_(u);
}

// x - lr (direction + decoupled x)
void move(at::Tensor x, const at::Tensor& direction, float lr, float decoupled) {
  x.sub_(at::mul(x, decoupled).add_(direction).mul_(lr));
}

}  // namespace

void sgd_step_on_device(at::Tensor x, const at::Tensor& u, at::Tensor m, const kernels::SgdStep& step) {
  at::Tensor direction = with_decay(x, u, step.coupled);
  if (step.momentum != 0) {
    direction.mul_(step.gain);
    m.mul_(step.momentum).add_(direction);
    direction = step.nesterov ? at::mul(m, step.momentum).add_(direction) : m;
  }
  move(x, direction, step.lr, step.decoupled);
}

void adam_step_on_device(at::Tensor x, const at::Tensor& u, at::Tensor m, at::Tensor v,
                         const kernels::AdamStep& step) {
  const float gain1 = 1.0f - step.beta1, gain2 = 1.0f - step.beta2;
  const at::Tensor g = with_decay(x, u, step.coupled);
  m.mul_(step.beta1).add_(at::mul(g, gain1));
  v.mul_(step.beta2).add_(at::mul(g, g).mul_(gain2));
  // By way of double: the float root on the CPU is not correctly rounded.
  const at::Tensor root = at::mul(v, step.correction2).to(at::kDouble).sqrt_().to(at::kFloat);
  move(x, at::mul(m, step.correction1).div_(root.add_(step.epsilon)), step.lr, step.decoupled);
}

}  // namespace varangian
