#pragma once

#include "varangian/bits.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <span>

namespace varangian {

/// Magnitudes of a block rounded at random to one of 0, norm / levels, ..., norm, so that their expectation
/// is what they were, up to `norm`. A norm that is not finite stands for the whole block.
class Quantizer {
 public:
  explicit Quantizer(int64_t levels)
      : levels_(static_cast<double>(levels)), code_bits_(1 + bits_of(levels)) {}

  /// numbers: uniform on [-1, 1), one a coordinate.
  void pack(std::span<const float> block, float norm, std::span<const float> numbers, BitWriter& bits) const {
    bits.put(norm);
    const bool has_levels = std::isfinite(norm) && norm > 0;
    for (size_t j = 0; j < block.size(); ++j)
      bits.put(has_levels ? code(block[j], norm, numbers[j]) : 0, code_bits_);
  }

  void unpack(BitReader& bits, std::span<float> block) const {
    const float norm = bits.take_float();
    for (float& x : block) {
      const uint64_t code = bits.take(code_bits_);
      const double magnitude = static_cast<double>(norm) * static_cast<double>(code >> 1) / levels_;
      x = std::isfinite(norm) ? static_cast<float>((code & 1) != 0 ? -magnitude : magnitude) : norm;
    }
  }

 private:
  static int bits_of(int64_t levels) { return std::bit_width(static_cast<uint64_t>(levels)); }

  // The level above the sign bit; no sign without a level.
  uint64_t code(float x, float norm, float number) const {
    // The product is exact, so that the quotient is at most levels.
    const double exact =
        static_cast<double>(std::min(std::abs(x), norm)) * levels_ / static_cast<double>(norm);
    const uint64_t below = static_cast<uint64_t>(exact);
    const bool up = static_cast<double>(number) < 2 * (exact - static_cast<double>(below)) - 1;
    const uint64_t code = (below + up) << 1 | (x < 0);
    return code > 1 ? code : 0;
  }

  double levels_;
  int code_bits_;
};

/// Largest magnitude of a block; NaN when there is a NaN.
inline float largest_magnitude(std::span<const float> block) {
  float largest = 0;
  for (const float x : block)
    if (!(std::abs(x) <= largest)) largest = std::isnan(largest) ? largest : std::abs(x);
  return largest;
}

}  // namespace varangian
