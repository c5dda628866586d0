#pragma once

#include <cstdint>

namespace varangian::kernels {

/// Words that hold `columns` signs: 64 a word.
constexpr int64_t sign_words(int64_t columns) { return (columns + 63) / 64; }

/// words[j / 64] bit j % 64 = (row[j] < 0); bits beyond columns are 0. So 0, -0 and NaN count as positive.
void pack_signs(const float* row, int64_t columns, uint64_t* words);

/// The same, and every coordinate that is 0, -0 or NaN takes its bit from `coins` instead (words of random
/// bits).
void pack_signs_with_coins(const float* row, int64_t columns, const uint64_t* coins, uint64_t* words);

/// m = beta m + gain g, and the signs of m as pack_signs packs them, in one pass: a worker's momentum on its
/// way to a sign wire (Bernstein et al. 2019, arXiv 1810.05291, Algorithm 1).
void pack_momentum_signs(float* m, const float* g, float beta, float gain, int64_t columns, uint64_t* words);

/// out[j] = -1 where bit j is set, else +1.
void unpack_signs(const uint64_t* words, int64_t columns, float* out);

}  // namespace varangian::kernels
