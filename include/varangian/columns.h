#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace varangian {

// Operations over the rows [n, width] of a matrix, by our kernels on the CPU and by LibTorch's operators on
// other devices. rows: float32, columns contiguous, any stride between rows.

/// Mean of the rows, added in their order, into out [width].
void column_mean(const at::Tensor& rows, at::Tensor out);

/// Median of the rows into out [width]; for an even number the mean of the two middle ones. NaN ranks as
/// +Inf.
void column_median(const at::Tensor& rows, at::Tensor out);

/// Rows of a matrix by index: a view when the indices follow one another, else a copy.
at::Tensor select_rows(const at::Tensor& matrix, const std::vector<int64_t>& indices);

// Over one vector, float32 contiguous; results are 0-dim tensors on the vector's device, so that a round can
// be recorded without waiting for it.

/// float64; not finite exactly when x has an entry that is not finite.
at::Tensor sum_of_squares(const at::Tensor& x);
/// float64.
at::Tensor inner_product(const at::Tensor& x, const at::Tensor& y);
/// int64: coordinates where just one of the two is negative.
at::Tensor count_different_signs(const at::Tensor& x, const at::Tensor& y);

}  // namespace varangian
