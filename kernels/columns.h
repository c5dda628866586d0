#pragma once

#include <cstdint>

namespace varangian::kernels {

/// out[j] = (rows[0][j] + ... + rows[n - 1][j]) * (1 / n), added in that order in float. n >= 1.
void column_mean(const float* rows, int64_t n, int64_t stride, int64_t columns, float* out);

/// The same mean, and deviation[j] = sqrt(sum_r (rows[r][j] - mean[j])^2 / (n - 1)), or 0 for one row; each
/// row is read from memory once.
void column_mean_deviation(const float* rows, int64_t n, int64_t stride, int64_t columns, float* mean,
                           float* deviation);

/// out[j] = (values above 0) - (values below 0) of a column; 0, -0 and NaN abstain.
void column_sign_sum(const float* rows, int64_t n, int64_t stride, int64_t columns, float* out);

// Reductions over a row run in double over 16 lanes (element j in lane j % 16), lanes added pairwise at the
// end: the same value whatever the instruction set.

double sum_of_squares(const float* x, int64_t count);
double dot(const float* x, const float* y, int64_t count);

/// Coordinates where one of x, y is negative and the other is not (0 counts as not negative).
int64_t count_different_signs(const float* x, const float* y, int64_t count);

}  // namespace varangian::kernels
