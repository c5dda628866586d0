#pragma once

#include "varangian/columns.h"

namespace varangian {

// What include/varangian/columns.h does off the CPU; named so that tests can compare them with the kernels.

void column_mean_on_device(const at::Tensor& rows, at::Tensor out);
void column_median_on_device(const at::Tensor& rows, at::Tensor out, bool lower = false);
void column_trimmed_mean_on_device(const at::Tensor& rows, int64_t trim, at::Tensor out);
void column_mean_around_on_device(const at::Tensor& rows, Centre centre, int64_t trim, int64_t keep,
                                  at::Tensor out);

}  // namespace varangian
