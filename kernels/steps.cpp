#include "steps.h"

#include "isa.h"

#include <cmath>

namespace varangian::kernels {

VARANGIAN_KERNEL(void, momentum, (float* m, float* g, float beta, float gain, int64_t count),
                 (m, g, beta, gain, count)) {
  for (int64_t j = 0; j < count; ++j) {
    m[j] = beta * m[j] + gain * g[j];
    g[j] = m[j];
  }
}

VARANGIAN_KERNEL(void, sgd_step, (float* x, const float* u, float* m, const SgdStep& step, int64_t count),
                 (x, u, m, step, count)) {
  const SgdStep s = step;
  if (s.momentum == 0.0f) {
    for (int64_t j = 0; j < count; ++j) {
      const float g = u[j] + s.coupled * x[j];
      x[j] = x[j] - s.lr * (g + s.decoupled * x[j]);
    }
    return;
  }
  for (int64_t j = 0; j < count; ++j) {
    const float g = u[j] + s.coupled * x[j];
    m[j] = s.momentum * m[j] + s.gain * g;
    const float direction = s.nesterov ? s.gain * g + s.momentum * m[j] : m[j];
    x[j] = x[j] - s.lr * (direction + s.decoupled * x[j]);
  }
}

VARANGIAN_KERNEL(void, adam_step,
                 (float* x, const float* u, float* m, float* v, const AdamStep& step, int64_t count),
                 (x, u, m, v, step, count)) {
  const AdamStep s = step;
  const float gain1 = 1.0f - s.beta1, gain2 = 1.0f - s.beta2;
  for (int64_t j = 0; j < count; ++j) {
    const float g = u[j] + s.coupled * x[j];
    m[j] = s.beta1 * m[j] + gain1 * g;
    v[j] = s.beta2 * v[j] + gain2 * (g * g);
    const float direction = (m[j] * s.correction1) / (std::sqrt(v[j] * s.correction2) + s.epsilon);
    x[j] = x[j] - s.lr * (direction + s.decoupled * x[j]);
  }
}

}  // namespace varangian::kernels
