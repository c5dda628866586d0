#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include <cuda_runtime.h>

namespace varangian::kernels::cuda {

constexpr int kThreads = 256;  // in a block

/// One at least: a grid of none is an error.
inline unsigned blocks_for(int64_t threads) {
  return threads > 0 ? static_cast<unsigned>((threads + kThreads - 1) / kThreads) : 1;
}

inline cudaStream_t as_stream(void* stream) { return static_cast<cudaStream_t>(stream); }

/// Throws std::runtime_error when what was just queued could not be.
inline void check_launch(const char* kernel) {
  if (const cudaError_t error = cudaGetLastError(); error != cudaSuccess)
    throw std::runtime_error(std::string("CUDA kernel ") + kernel + ": " + cudaGetErrorString(error));
}

}  // namespace varangian::kernels::cuda
