#pragma once

#include <array>
#include <cstdint>

namespace varangian::kernels {

/// One block of Philox4x32-10: counter (index low, index high, worker, round), key of 64 bits.
std::array<uint32_t, 4> philox(uint64_t key, uint64_t index, uint32_t worker, uint32_t round);

// Each fills out[0..count) with numbers first, first + 1, ... of a worker's row; first is a multiple of 128.
// Number j is word j % 4 of block j / 4; of fill_signs, bit j % 128 of block j / 128.

/// N(0, 1) by the inverse of the distribution function (Giles 2012, "Approximating the erfinv function",
/// single precision), all arithmetic in float, so that the bytes are the same on every machine.
void fill_normal(uint64_t key, uint32_t worker, uint32_t round, int64_t first, float* out, int64_t count);
/// Uniform on [-1, 1), multiples of 2^-23.
void fill_uniform(uint64_t key, uint32_t worker, uint32_t round, int64_t first, float* out, int64_t count);
/// -1 or +1.
void fill_signs(uint64_t key, uint32_t worker, uint32_t round, int64_t first, float* out, int64_t count);

}  // namespace varangian::kernels
