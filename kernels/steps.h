#pragma once

#include <cstdint>

namespace varangian::kernels {

/// m = beta m + gain g; g = m. A worker's momentum, and the message that it sends.
void momentum(float* m, float* g, float beta, float gain, int64_t count);

struct SgdStep {
  float lr;
  float momentum;   ///< 0: m is not touched and may be null
  float gain;       ///< m = momentum m + gain u; 1, or 1 - momentum when damped
  bool nesterov;    ///< step along gain u + momentum m instead of m
  float coupled;    ///< weight decay added to u before momentum
  float decoupled;  ///< weight decay added to the step after it (paper: x -= lr (step + lambda x))
};

/// x -= lr (step(u + coupled x) + decoupled x).
void sgd_step(float* x, const float* u, float* m, const SgdStep& step, int64_t count);

struct AdamStep {
  float lr, beta1, beta2, epsilon;
  float correction1, correction2;  ///< 1 / (1 - beta^t)
  float coupled, decoupled;        ///< weight decay, as in SgdStep
};

/// Kingma and Ba 2015, Algorithm 1; decoupled decay as Loshchilov and Hutter 2019.
void adam_step(float* x, const float* u, float* m, float* v, const AdamStep& step, int64_t count);

}  // namespace varangian::kernels
