#pragma once

#include "varangian/points.h"
#include "varangian/row_rule.h"

#include <vector>

namespace varangian {

// What rules share that remember who may still take part.

std::vector<char> good_of(const at::Tensor& state);
at::Tensor tensor_of(const std::vector<char>& good);

/// The first good worker with more than half of the good ones within `radius`; where there is none, the one
/// with the least median distance to them. -1 when nobody is good.
int64_t middle_of(const Geometry& geometry, const std::vector<char>& good, double radius);

/// update = the mean of the good workers' messages; 0 when there are none.
void average_good(const RowsView& view, const std::vector<char>& good, at::Tensor update);

}  // namespace varangian
