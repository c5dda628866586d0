#pragma once

#include <ATen/core/Tensor.h>

namespace varangian {

/// Tells the C library to keep freed memory: touching new memory is far slower than using old memory again.
/// Called once, first thing in a program.
void keep_freed_memory();

/// Zeros on a device; large ones on the CPU lie on huge pages where the kernel gives them, without which a
/// matrix of many long rows costs a page walk every few values.
at::Tensor large_zeros(at::IntArrayRef sizes, const at::TensorOptions& options);

}  // namespace varangian
