#pragma once

#include "kernels/cuda/kernels.h"

#include <ATen/core/Tensor.h>

namespace varangian {

/// Whether kernels/cuda works on these rows: on a GPU that runs it, the numbers of a row side by side. What
/// it does not work on is left to LibTorch's operators.
inline bool suits_cuda_kernels(const at::Tensor& rows) {
  return rows.is_cuda() && rows.stride(-1) == 1 && kernels::cuda::work();
}

}  // namespace varangian
