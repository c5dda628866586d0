#include "majority.h"

#include "isa.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace varangian::kernels {
namespace {

// Bit-sliced counting: plane p holds bit p of the counters of all columns in a vector of words. Rows enter
// seven at a time, through full adders that make three planes of them.
typedef uint64_t Words __attribute__((vector_size(64)));
constexpr int64_t kWords = sizeof(Words) / sizeof(uint64_t);

// a + b + c = sum + 2 carry
VARANGIAN_INLINE void add(const Words& a, const Words& b, const Words& c, Words& sum, Words& carry) {
  const Words different = a ^ b;
  carry = (a & b) | (different & c);
  sum = different ^ c;
}

VARANGIAN_INLINE Words load(const uint64_t* from, int64_t width) {
  Words words{};
  if (width == kWords)
    std::memcpy(&words, from, sizeof words);
  else
    std::memcpy(&words, from, static_cast<size_t>(width) * sizeof(uint64_t));
  return words;
}

// Into the planes from kFirst up.
template <int kFirst, int kUsed>
VARANGIAN_INLINE void carry_on(Words (&plane)[kUsed], Words carry) {
#pragma GCC unroll 16
  for (int p = kFirst; p < kUsed; ++p) {
    const Words both = plane[p] & carry;
    plane[p] ^= carry;
    carry = both;
  }
}

template <int kUsed>
VARANGIAN_INLINE void add_seven(const Words (&x)[7], Words (&plane)[kUsed]) {
  Words sum, sum2, ones, twos[3], twos_sum, fours, carry, carry2;
  add(x[0], x[1], x[2], sum, twos[0]);
  add(x[3], x[4], x[5], sum2, twos[1]);
  add(sum, sum2, x[6], ones, twos[2]);
  add(twos[0], twos[1], twos[2], twos_sum, fours);
  carry = plane[0] & ones;
  plane[0] ^= ones;
  add(plane[1], twos_sum, carry, plane[1], carry2);
  add(plane[2], fours, carry2, plane[2], carry);
  carry_on<3>(plane, carry);
}

// kSide vectors of words beside each other: memory likes longer pieces of a row.
template <int kSide, int kUsed>
VARANGIAN_INLINE void count(const uint64_t* rows, int64_t n, int64_t stride, int64_t width,
                            Words (&plane)[kSide][kUsed]) {
  int64_t r = 0;
  for (; r + 7 <= n; r += 7)
#pragma GCC unroll 4
    for (int side = 0; side < kSide; ++side) {
      Words x[7];
#pragma GCC unroll 7
      for (int i = 0; i < 7; ++i) {
        const uint64_t* from = rows + (r + i) * stride + side * kWords;
        __builtin_prefetch(from + 4 * kSide * kWords);
        x[i] = load(from, width);
      }
      add_seven(x, plane[side]);
    }
  for (; r < n; ++r)
#pragma GCC unroll 4
    for (int side = 0; side < kSide; ++side)
      carry_on<0>(plane[side], load(rows + r * stride + side * kWords, width));
}

// Where a counter is at least `least`, from the highest plane down.
template <int kUsed>
VARANGIAN_INLINE Words at_least(const Words (&plane)[kUsed], uint64_t least) {
  Words greater{}, equal = ~Words{};
#pragma GCC unroll 16
  for (int p = kUsed - 1; p >= 0; --p) {
    if ((least >> p & 1u) != 0) {
      equal &= plane[p];
    } else {
      greater |= equal & plane[p];
      equal &= ~plane[p];
    }
  }
  return greater | equal;
}

template <int kSide, int kUsed>
VARANGIAN_INLINE void vote_step(const uint64_t* rows, int64_t n, int64_t stride, int64_t width,
                                int64_t quorum, uint64_t* negative, uint64_t* undecided) {
  Words plane[kSide][kUsed] = {};
  count<kSide, kUsed>(rows, n, stride, width, plane);
  for (int side = 0; side < kSide; ++side) {
    const Words against = at_least(plane[side], static_cast<uint64_t>(quorum));
    const Words not_for = at_least(plane[side], static_cast<uint64_t>(n - quorum + 1));
    const Words open = not_for & ~against;
    std::memcpy(negative + side * kWords, &against, static_cast<size_t>(width) * sizeof(uint64_t));
    std::memcpy(undecided + side * kWords, &open, static_cast<size_t>(width) * sizeof(uint64_t));
  }
}

// Counters of kUsed bits.
template <int kUsed>
VARANGIAN_INLINE void vote(const uint64_t* rows, int64_t n, int64_t stride, int64_t words, int64_t quorum,
                           uint64_t* negative, uint64_t* undecided) {
  constexpr int kSide = kUsed <= 5 ? 4 : kUsed <= 8 ? 2 : 1;
  int64_t begin = 0;
  for (; begin + kSide * kWords <= words; begin += kSide * kWords)
    vote_step<kSide, kUsed>(rows + begin, n, stride, kWords, quorum, negative + begin, undecided + begin);
  for (; begin < words; begin += kWords)
    vote_step<1, kUsed>(rows + begin, n, stride, std::min(kWords, words - begin), quorum, negative + begin,
                        undecided + begin);
}

}  // namespace

VARANGIAN_KERNEL(void, majority,
                 (const uint64_t* rows, int64_t n, int64_t stride, int64_t words, int64_t quorum,
                  uint64_t* negative, uint64_t* undecided),
                 (rows, n, stride, words, quorum, negative, undecided)) {
  const auto bits = std::bit_width(static_cast<uint64_t>(n));  // up to 8 planes stay in registers
  if (bits <= 3) return vote<3>(rows, n, stride, words, quorum, negative, undecided);
  if (bits <= 5) return vote<5>(rows, n, stride, words, quorum, negative, undecided);
  if (bits <= 7) return vote<7>(rows, n, stride, words, quorum, negative, undecided);
  if (bits <= 8) return vote<8>(rows, n, stride, words, quorum, negative, undecided);
  vote<16>(rows, n, stride, words, quorum, negative, undecided);
}

}  // namespace varangian::kernels
