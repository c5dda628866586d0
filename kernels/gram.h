#pragma once

#include <cstdint>

namespace varangian::kernels {

/// In double, products are exact. In float they are summed by fused additions over at most 512 columns, in 16
/// lanes, and from there on in double: three times as fast.
enum class Products { in_float, in_double };

/// Inner products of m points over a block of columns: out[i * m + j] = <x_i - c, x_j - c>, both halves,
/// where c is in every tile of 2048 bytes of differences the row of least finite norm, so that what rows have
/// in common costs no digits: distances do not depend on c. points[i] is a row, or null for the origin, which
/// is never c (with nothing but origins c is 0). Differences are rounded to float. Equal rows get equal
/// products. A row with a value that is not finite has a diagonal that is not finite, and spoils no other
/// pair.
void gram(const float* const* points, int64_t m, int64_t columns, Products products, double* out);

/// The body without vector instructions of its own; the same bytes.
void gram_portable(const float* const* points, int64_t m, int64_t columns, Products products, double* out);

}  // namespace varangian::kernels
