#pragma once

#include <cstdint>

namespace varangian::kernels {

/// out[r][j] = sum_i coefficients[r * m + i] * points[i][j] for k outputs: fused multiply-adds in float, in
/// rising order of i, from 0. A point whose coefficients are all 0 is not read, so it may hold anything;
/// points[i] may be null (the origin). outs[r] must not overlap a point.
void combine(const float* const* points, int64_t m, const float* coefficients, int64_t k, int64_t columns,
             float* const* outs);

}  // namespace varangian::kernels
