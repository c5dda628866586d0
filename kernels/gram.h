#pragma once

#include <cstdint>

namespace varangian::kernels {

/// Inner products of m points over a block of columns: out[i * m + j] = <x_i - c, x_j - c>, both halves,
/// where c is in every 256 columns the row of least finite norm, so that what rows have in common costs no
/// digits: distances do not depend on c. points[i] is a row, or null for the origin, which is never c (with
/// nothing but origins c is 0). Differences are rounded to float, products are exact in double and summed
/// over 8 virtual lanes. A row with a value that is not finite has a diagonal that is not finite, and spoils
/// no other pair.
void gram(const float* const* points, int64_t m, int64_t columns, double* out);

/// The body without vector instructions of its own; the same bytes.
void gram_portable(const float* const* points, int64_t m, int64_t columns, double* out);

}  // namespace varangian::kernels
