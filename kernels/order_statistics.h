#pragma once

#include <cstdint>

namespace varangian::kernels {

// Rules that look at a column's n values in order. rows: value r of column j is rows[r * stride + j]; any n
// >= 1. NaN ranks as +Inf, and -0 counts as 0, so that a result is a function of the values alone.

/// The middle value; for even n the mean of the two middle ones, computed as lower / 2 + upper / 2, or the
/// lower one where `lower` says so.
void column_median(const float* rows, int64_t n, int64_t stride, int64_t columns, bool lower, float* out);

/// Mean of what is left without the `trim` smallest and the `trim` largest, added in rising order. n > 2
/// trim.
void column_trimmed_mean(const float* rows, int64_t n, int64_t stride, int64_t columns, int64_t trim,
                         float* out);

enum class Centre { median, lower_median, trimmed_mean };

/// Mean of the `keep` values nearest to the column's centre; of two equally near the one of the lower row.
/// `trim` is the trimmed mean's.
void column_mean_around(const float* rows, int64_t n, int64_t stride, int64_t columns, Centre centre,
                        int64_t trim, int64_t keep, float* out);

}  // namespace varangian::kernels
