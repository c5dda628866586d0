#pragma once

#include <cstdint>

namespace varangian::kernels {

/// Counts, for each of 64 * words columns, the set (negative) bits of n rows; row r starts at rows + r *
/// stride. negative: bit set where more than half of the rows are negative. tie: bit set where exactly half
/// are (never for odd n). n up to 65,535.
void majority(const uint64_t* rows, int64_t n, int64_t stride, int64_t words, uint64_t* negative,
              uint64_t* tie);

}  // namespace varangian::kernels
