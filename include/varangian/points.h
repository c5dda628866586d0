#pragma once

#include "varangian/geometry.h"
#include "varangian/parallel.h"

#include <ATen/core/Tensor.h>

#include <vector>

namespace varangian {

// Passes over long rows, float32 [d] each, shared by the threads of `parallel`; the result does not depend on
// how many there are. An undefined tensor is the origin.
using Points = std::vector<at::Tensor>;

/// The rows of a matrix [n, d].
Points rows_of(const at::Tensor& matrix);

/// [points, points] for a Geometry, in one pass; see kernels/gram.h.
std::vector<double> gram(const Points& points, Parallel& parallel);

/// out = sum_i coefficients[i] points[i]; points of coefficient 0 are not read.
void combine(const Points& points, const Coefficients& coefficients, at::Tensor out, Parallel& parallel);

/// outs [k, width] = the mixing of columns begin..begin + width of the points.
void mix(const Points& points, const Mixing& mixing, int64_t begin, at::Tensor outs);

/// body(begin, width) for blocks of columns that together are all d.
void for_each_block(int64_t columns, const at::Tensor& like, Parallel& parallel,
                    const std::function<void(int64_t begin, int64_t width)>& body);

}  // namespace varangian
