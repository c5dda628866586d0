#pragma once

#include "kernels/steps.h"

#include <ATen/core/Tensor.h>

namespace varangian {

/// kernels::sgd_step and kernels::adam_step in tensor operators, for any device: the same operations in the
/// same order, none fused, so that float32 tensors on the CPU get the same bits from both. m and v as there.
void sgd_step_on_device(at::Tensor x, const at::Tensor& u, at::Tensor m, const kernels::SgdStep& step);
void adam_step_on_device(at::Tensor x, const at::Tensor& u, at::Tensor m, at::Tensor v,
                         const kernels::AdamStep& step);

}  // namespace varangian
