#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace varangian {

// Operations over the rows [n, width] of a matrix, by our kernels on the CPU and by LibTorch's operators on
// other devices. rows: float32, columns contiguous, any stride between rows.

/// Mean of the rows, added in their order, into out [width].
void column_mean(const at::Tensor& rows, at::Tensor out);

/// Mean, and the standard deviation about it (dividing by n - 1; 0 for one row), in one pass, both [width].
void column_mean_deviation(const at::Tensor& rows, at::Tensor mean, at::Tensor deviation);

// NaN ranks as +Inf and -0 counts as 0 in the next three.

/// Median of the rows into out [width]; for an even number the mean of the two middle ones, or the lower one.
void column_median(const at::Tensor& rows, at::Tensor out, bool lower = false);

/// Mean of what is left without the `trim` smallest and the `trim` largest of each column. n > 2 trim.
void column_trimmed_mean(const at::Tensor& rows, int64_t trim, at::Tensor out);

enum class Centre { median, lower_median, trimmed_mean };

/// Mean of the `keep` values of each column that are nearest to its centre; of two equally near the one of
/// the lower row. `trim` belongs to the trimmed mean.
void column_mean_around(const at::Tensor& rows, Centre centre, int64_t trim, int64_t keep, at::Tensor out);

/// (values above 0) - (values below 0) of each column, into out [width]; 0 and NaN abstain.
void column_sign_sum(const at::Tensor& rows, at::Tensor out);

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
