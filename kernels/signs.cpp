#include "signs.h"

#include "isa.h"

#include <algorithm>

namespace varangian::kernels {
namespace {

template <typename Predicate>
inline uint64_t word_of(const float* row, int64_t size, Predicate predicate) {
  uint64_t word = 0;
  for (int64_t j = 0; j < size; ++j) word |= static_cast<uint64_t>(predicate(row[j])) << j;
  return word;
}

constexpr auto kNegative = [](float x) { return x < 0.0f; };
constexpr auto kNoSign = [](float x) { return !(x < 0.0f) && !(x > 0.0f); };

}  // namespace

VARANGIAN_KERNEL(void, pack_signs, (const float* row, int64_t columns, uint64_t* words),
                 (row, columns, words)) {
  const int64_t whole = columns / 64;
  for (int64_t w = 0; w < whole; ++w) words[w] = word_of(row + 64 * w, 64, kNegative);
  if (columns % 64 != 0) words[whole] = word_of(row + 64 * whole, columns % 64, kNegative);
}

VARANGIAN_KERNEL(void, pack_signs_with_coins,
                 (const float* row, int64_t columns, const uint64_t* coins, uint64_t* words),
                 (row, columns, coins, words)) {
  for (int64_t w = 0; w < sign_words(columns); ++w) {
    const int64_t size = std::min<int64_t>(64, columns - 64 * w);
    const uint64_t unsigned_mask = word_of(row + 64 * w, size, kNoSign);
    words[w] = word_of(row + 64 * w, size, kNegative) | (unsigned_mask & coins[w]);
  }
}

VARANGIAN_KERNEL(void, unpack_signs, (const uint64_t* words, int64_t columns, float* out),
                 (words, columns, out)) {
  for (int64_t j = 0; j < columns; ++j) out[j] = (words[j / 64] >> (j % 64)) & 1u ? -1.0f : 1.0f;
}

}  // namespace varangian::kernels
