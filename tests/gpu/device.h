#pragma once

#include <ATen/core/Tensor.h>

namespace varangian {

/// Where the GPU tests compare with the CPU.
at::Device tested_device();

}  // namespace varangian
