#include "quadratic.h"

#include "isa.h"
#include "lanes.h"

namespace varangian::kernels {

VARANGIAN_KERNEL(void, quadratic_gradient,
                 (const float* x, const float* curvature, const float* centre, float* g, int64_t count),
                 (x, curvature, centre, g, count)) {
  for (int64_t j = 0; j < count; ++j) g[j] = curvature[j] * (x[j] - centre[j]) + g[j];
}

VARANGIAN_KERNEL(double, quadratic_value,
                 (const float* x, const float* curvature, const float* centre, int64_t count),
                 (x, curvature, centre, count)) {
  double lane[kLanes] = {};
  const auto term = [&](int64_t j) {
    const double distance = static_cast<double>(x[j]) - static_cast<double>(centre[j]);
    return static_cast<double>(curvature[j]) * (distance * distance);
  };
  int64_t j = 0;
  for (; j + kLanes <= count; j += kLanes)
    for (int64_t k = 0; k < kLanes; ++k) lane[k] += term(j + k);
  for (int64_t k = 0; j + k < count; ++k) lane[k] += term(j + k);
  return 0.5 * add_lanes(lane);
}

}  // namespace varangian::kernels
