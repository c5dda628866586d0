#pragma once

#include <ATen/core/Tensor.h>

namespace varangian {

// What include/varangian/columns.h does off the CPU; named so that tests can compare them with the kernels.

void column_mean_on_device(const at::Tensor& rows, at::Tensor out);
void column_median_on_device(const at::Tensor& rows, at::Tensor out);

}  // namespace varangian
