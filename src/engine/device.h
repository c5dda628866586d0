#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace varangian {

/// "cpu", "cuda" or "auto" to a device. "auto" takes a GPU when there is one that works. "cuda" without one
/// throws Error with the reason. The CUDA side of LibTorch is loaded here, at run time, so that one binary
/// serves both.
at::Device choose_device(const std::string& name);

/// "cpu (AVX512, 2 processors)" or "cuda:0 (NVIDIA L4)".
std::string describe_device(at::Device device);

/// The instruction set that LibTorch's operators take: "AVX512", "AVX2", ...
std::string cpu_capability();

/// What our own kernels use: "avx512", "avx2" or "plain". Throws Error when VARANGIAN_ISA asks for what is
/// not there.
std::string kernel_isa();

/// The driver's name of the first GPU; "" where there is none.
std::string gpu_name();

/// Bytes of the first GPU that nobody has taken; 0 where there is none.
double free_gpu_memory();

}  // namespace varangian
