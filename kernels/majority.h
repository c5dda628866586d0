#pragma once

#include <cstdint>

namespace varangian::kernels {

/// Counts, for each of 64 * words columns, the set (negative) bits of n rows; row r starts at rows + r *
/// stride. negative: bit set where at least `quorum` rows are negative. undecided: bit set where neither side
/// has that many; with the smallest majority, n / 2 + 1, where exactly half are negative. n up to 65,535,
/// quorum at most n and more than n / 2.
void majority(const uint64_t* rows, int64_t n, int64_t stride, int64_t words, int64_t quorum,
              uint64_t* negative, uint64_t* undecided);

}  // namespace varangian::kernels
