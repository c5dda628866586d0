#pragma once

#include "portable.h"

#include <cstdint>

/// What one thread does with packed signs: kernels/signs.h and kernels/majority.h, for one word.
namespace varangian::kernels::cuda {

/// A sign's bit: set where x is negative; of 0, -0 and NaN the coin's.
VARANGIAN_ON_DEVICE bool sign_bit(float x, bool coin = false) { return x < 0 || (!(x > 0) && coin); }

VARANGIAN_ON_DEVICE float sign_of_bit(uint64_t word, int bit) {
  return (word >> bit & 1) != 0 ? -1.0f : 1.0f;
}

/// Bit-sliced counters of 64 columns: plane p holds bit p of each. Enough for 65,535 rows.
class Counters {
 public:
  VARANGIAN_ON_DEVICE void add(uint64_t word) {
    VARANGIAN_UNROLL
    for (int p = 0; p < kPlanes; ++p) {
      const uint64_t both = planes_[p] & word;
      planes_[p] ^= word;
      word = both;
    }
  }

  /// The columns whose counter is at least `bound`.
  VARANGIAN_ON_DEVICE uint64_t at_least(int64_t bound) const {
    uint64_t above = 0, equal = ~uint64_t{0};
    VARANGIAN_UNROLL
    for (int p = kPlanes - 1; p >= 0; --p) {
      if ((bound >> p & 1) != 0) {
        equal &= planes_[p];
      } else {
        above |= equal & planes_[p];
        equal &= ~planes_[p];
      }
    }
    return above | equal;
  }

 private:
  static constexpr int kPlanes = 16;
  uint64_t planes_[kPlanes] = {};
};

/// The word at `rows` of each of n rows.
VARANGIAN_ON_DEVICE void majority_of_word(const uint64_t* rows, int64_t n, int64_t stride, int64_t quorum,
                                          uint64_t& negative, uint64_t& undecided) {
  Counters counters;
  for (int64_t r = 0; r < n; ++r) counters.add(rows[r * stride]);
  negative = counters.at_least(quorum);
  undecided = counters.at_least(n - quorum + 1) & ~negative;
}

}  // namespace varangian::kernels::cuda
