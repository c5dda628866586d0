#pragma once

#include "varangian/points.h"

namespace varangian {

// What include/varangian/points.h does off the CPU; named so that tests can compare them with the kernels.

std::vector<double> gram_on_device(const Points& points);
void mix_on_device(const Points& points, const Mixing& mixing, int64_t begin, at::Tensor outs);

}  // namespace varangian
