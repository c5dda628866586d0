#pragma once

#include <cstdint>

namespace varangian::kernels {

/// out[j] = median of the n values rows[r * stride + j], j < columns; for even n the mean of the two middle
/// ones, computed as lower / 2 + upper / 2. NaN ranks as +Inf. n >= 1, any size.
void column_median(const float* rows, int64_t n, int64_t stride, int64_t columns, float* out);

/// The same bytes, on any machine: what column_median does without AVX-512.
void column_median_portable(const float* rows, int64_t n, int64_t stride, int64_t columns, float* out);

}  // namespace varangian::kernels
