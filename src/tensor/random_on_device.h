#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

namespace varangian {

// Twins of kernels/random.h in LibTorch's operators, for rows that are not on the CPU: the same bytes, since
// every operator rounds once and none is fused.

void fill_normal_on_device(uint64_t key, std::span<const int64_t> workers, uint32_t round, int64_t first,
                           at::Tensor rows);
void fill_uniform_on_device(uint64_t key, std::span<const int64_t> workers, uint32_t round, int64_t first,
                            at::Tensor rows);
void fill_signs_on_device(uint64_t key, std::span<const int64_t> workers, uint32_t round, int64_t first,
                          at::Tensor rows);

}  // namespace varangian
