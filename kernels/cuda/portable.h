#pragma once

/// What nvcc compiles for a GPU and every other compiler for tests on the CPU.
#ifdef __CUDACC__
#define VARANGIAN_ON_DEVICE __host__ __device__ inline
#else
#define VARANGIAN_ON_DEVICE inline
#endif
#ifdef __CUDA_ARCH__
#define VARANGIAN_UNROLL _Pragma("unroll")
#else
#define VARANGIAN_UNROLL
#endif
