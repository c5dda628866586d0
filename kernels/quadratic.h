#pragma once

#include <cstdint>

namespace varangian::kernels {

/// g[j] = h[j] (x[j] - c[j]) + g[j]: the gradient of a diagonal quadratic added to the noise that is in g.
void quadratic_gradient(const float* x, const float* curvature, const float* centre, float* g, int64_t count);

/// 1/2 sum_j h[j] (x[j] - c[j])^2, in double over 16 lanes (see columns.h).
double quadratic_value(const float* x, const float* curvature, const float* centre, int64_t count);

}  // namespace varangian::kernels
