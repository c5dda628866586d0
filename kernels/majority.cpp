#include "majority.h"

#include "isa.h"

#include <algorithm>
#include <bit>

namespace varangian::kernels {
namespace {

constexpr int64_t kLane = 8;  // words counted together: one AVX-512 register
constexpr int kPlanes = 16;

// Bit-sliced counting: plane p holds bit p of the 64 * kLane counters, and a row is added with ripple carry.
inline void count_lane(const uint64_t* rows, int64_t n, int64_t stride, int64_t width, int planes,
                       uint64_t (&plane)[kPlanes][kLane]) {
  for (int p = 0; p < planes; ++p)
    for (int64_t w = 0; w < kLane; ++w) plane[p][w] = 0;
  for (int64_t r = 0; r < n; ++r) {
    uint64_t carry[kLane] = {};
    for (int64_t w = 0; w < width; ++w) carry[w] = rows[r * stride + w];
    const int reach = std::bit_width(static_cast<uint64_t>(r + 1));  // counts are at most r + 1
    for (int p = 0; p < reach; ++p)
      for (int64_t w = 0; w < kLane; ++w) {
        const uint64_t both = plane[p][w] & carry[w];
        plane[p][w] ^= carry[w];
        carry[w] = both;
      }
  }
}

}  // namespace

VARANGIAN_KERNEL(void, majority,
                 (const uint64_t* rows, int64_t n, int64_t stride, int64_t words, uint64_t* negative,
                  uint64_t* tie),
                 (rows, n, stride, words, negative, tie)) {
  const uint64_t half = static_cast<uint64_t>(n) / 2;
  const int planes = std::bit_width(static_cast<uint64_t>(n));
  for (int64_t begin = 0; begin < words; begin += kLane) {
    const int64_t width = std::min(kLane, words - begin);
    uint64_t plane[kPlanes][kLane];
    count_lane(rows + begin, n, stride, width, planes, plane);

    // Compare with n / 2 from the highest bit down. For odd n more than half is "count > floor(n / 2)".
    uint64_t greater[kLane] = {}, equal[kLane];
    std::fill(equal, equal + kLane, ~uint64_t{0});
    for (int p = planes - 1; p >= 0; --p) {
      const uint64_t bit = (half >> p) & 1u ? ~uint64_t{0} : 0;
      for (int64_t w = 0; w < kLane; ++w) {
        greater[w] |= equal[w] & plane[p][w] & ~bit;
        equal[w] &= ~(plane[p][w] ^ bit);
      }
    }
    for (int64_t w = 0; w < width; ++w) {
      negative[begin + w] = greater[w];
      tie[begin + w] = n % 2 == 0 ? equal[w] : 0;
    }
  }
}

}  // namespace varangian::kernels
