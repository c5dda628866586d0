#pragma once

#include "../steps.h"
#include "portable.h"

/// What one thread does with one coordinate: kernels/steps.h, to the same bits.
namespace varangian::kernels::cuda {

VARANGIAN_ON_DEVICE float momentum_of_element(float m, float g, float beta, float gain) {
  return beta * m + gain * g;
}

/// `m` is null where there is no momentum.
VARANGIAN_ON_DEVICE void sgd_step_of_element(float& x, float u, float* m, const SgdStep& s) {
  const float g = u + s.coupled * x;
  float direction = g;
  if (s.momentum != 0.0f) {
    *m = s.momentum * *m + s.gain * g;
    direction = s.nesterov ? s.gain * g + s.momentum * *m : *m;
  }
  x = x - s.lr * (direction + s.decoupled * x);
}

}  // namespace varangian::kernels::cuda
