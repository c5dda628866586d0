#include "signs.h"

#include "isa.h"

#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace varangian::kernels {
namespace {

// Of negative values, and where there are coins of those of values without a sign.
uint64_t word_of(const float* x, int64_t size, const uint64_t* coins) {
  uint64_t negative = 0, no_sign = 0;
  for (int64_t j = 0; j < size; ++j) {
    negative |= static_cast<uint64_t>(x[j] < 0.0f) << j;
    no_sign |= static_cast<uint64_t>(!(x[j] < 0.0f) && !(x[j] > 0.0f)) << j;
  }
  return coins == nullptr ? negative : negative | (no_sign & *coins);
}

// m = beta m + gain g, and the signs of m.
uint64_t momentum_word_of(float* m, const float* g, float beta, float gain, int64_t size) {
  for (int64_t j = 0; j < size; ++j) m[j] = beta * m[j] + gain * g[j];
  return word_of(m, size, nullptr);
}

// Whole words. coins may be null.
void pack_plain(const float* x, int64_t count, const uint64_t* coins, uint64_t* words) {
  for (int64_t w = 0; w < count; ++w)
    words[w] = word_of(x + 64 * w, 64, coins == nullptr ? nullptr : coins + w);
}

void momentum_plain(float* m, const float* g, float beta, float gain, int64_t count, uint64_t* words) {
  for (int64_t w = 0; w < count; ++w) words[w] = momentum_word_of(m + 64 * w, g + 64 * w, beta, gain, 64);
}

#if defined(__x86_64__)
VARANGIAN_AVX2 void pack_avx2(const float* x, int64_t count, const uint64_t* coins, uint64_t* words) {
  const __m256 zero = _mm256_setzero_ps();
  for (int64_t w = 0; w < count; ++w, x += 64) {
    uint64_t negative = 0, no_sign = 0;
    for (int i = 0; i < 8; ++i) {
      const __m256 part = _mm256_loadu_ps(x + 8 * i);
      const int below = _mm256_movemask_ps(_mm256_cmp_ps(part, zero, _CMP_LT_OQ));
      negative |= static_cast<uint64_t>(static_cast<uint32_t>(below)) << (8 * i);
      if (coins == nullptr) continue;
      const int neither = _mm256_movemask_ps(_mm256_cmp_ps(part, zero, _CMP_EQ_UQ));
      no_sign |= static_cast<uint64_t>(static_cast<uint32_t>(neither)) << (8 * i);
    }
    words[w] = coins == nullptr ? negative : negative | (no_sign & coins[w]);
  }
}

VARANGIAN_AVX512 void pack_avx512(const float* x, int64_t count, const uint64_t* coins, uint64_t* words) {
  const __m512 zero = _mm512_setzero_ps();
  for (int64_t w = 0; w < count; ++w, x += 64) {
    uint64_t negative = 0, no_sign = 0;
    for (int i = 0; i < 4; ++i) {
      const __m512 part = _mm512_loadu_ps(x + 16 * i);
      negative |= static_cast<uint64_t>(_mm512_cmp_ps_mask(part, zero, _CMP_LT_OQ)) << (16 * i);
      if (coins == nullptr) continue;
      no_sign |= static_cast<uint64_t>(_mm512_cmp_ps_mask(part, zero, _CMP_EQ_UQ)) << (16 * i);
    }
    words[w] = coins == nullptr ? negative : negative | (no_sign & coins[w]);
  }
}

VARANGIAN_AVX2 void momentum_avx2(float* m, const float* g, float beta, float gain, int64_t count,
                                  uint64_t* words) {
  const __m256 betas = _mm256_set1_ps(beta), gains = _mm256_set1_ps(gain), zero = _mm256_setzero_ps();
  for (int64_t w = 0; w < count; ++w, m += 64, g += 64) {
    uint64_t negative = 0;
    for (int i = 0; i < 8; ++i) {
      const __m256 part = _mm256_add_ps(_mm256_mul_ps(betas, _mm256_loadu_ps(m + 8 * i)),
                                        _mm256_mul_ps(gains, _mm256_loadu_ps(g + 8 * i)));
      _mm256_storeu_ps(m + 8 * i, part);
      const int below = _mm256_movemask_ps(_mm256_cmp_ps(part, zero, _CMP_LT_OQ));
      negative |= static_cast<uint64_t>(static_cast<uint32_t>(below)) << (8 * i);
    }
    words[w] = negative;
  }
}

VARANGIAN_AVX512 void momentum_avx512(float* m, const float* g, float beta, float gain, int64_t count,
                                      uint64_t* words) {
  const __m512 betas = _mm512_set1_ps(beta), gains = _mm512_set1_ps(gain), zero = _mm512_setzero_ps();
  for (int64_t w = 0; w < count; ++w, m += 64, g += 64) {
    uint64_t negative = 0;
    for (int i = 0; i < 4; ++i) {
      const __m512 part = _mm512_add_ps(_mm512_mul_ps(betas, _mm512_loadu_ps(m + 16 * i)),
                                        _mm512_mul_ps(gains, _mm512_loadu_ps(g + 16 * i)));
      _mm512_storeu_ps(m + 16 * i, part);
      negative |= static_cast<uint64_t>(_mm512_cmp_ps_mask(part, zero, _CMP_LT_OQ)) << (16 * i);
    }
    words[w] = negative;
  }
}
#else
constexpr auto pack_avx2 = pack_plain, pack_avx512 = pack_plain;
constexpr auto momentum_avx2 = momentum_plain, momentum_avx512 = momentum_plain;
#endif

}  // namespace

void pack_signs_with_coins(const float* row, int64_t columns, const uint64_t* coins, uint64_t* words) {
  const int64_t whole = columns / 64, rest = columns % 64;
  VARANGIAN_CHOOSE(pack_plain, pack_avx2, pack_avx512)(row, whole, coins, words);
  if (rest != 0) words[whole] = word_of(row + 64 * whole, rest, coins == nullptr ? nullptr : coins + whole);
}

void pack_signs(const float* row, int64_t columns, uint64_t* words) {
  pack_signs_with_coins(row, columns, nullptr, words);
}

void pack_momentum_signs(float* m, const float* g, float beta, float gain, int64_t columns, uint64_t* words) {
  const int64_t whole = columns / 64, rest = columns % 64;
  VARANGIAN_CHOOSE(momentum_plain, momentum_avx2, momentum_avx512)(m, g, beta, gain, whole, words);
  if (rest != 0) words[whole] = momentum_word_of(m + 64 * whole, g + 64 * whole, beta, gain, rest);
}

VARANGIAN_KERNEL(void, unpack_signs, (const uint64_t* words, int64_t columns, float* out),
                 (words, columns, out)) {
  constexpr uint32_t kOne = 0x3f800000, kMinus = 0x80000000;  // of 1.0f, and of a float's sign
  const int64_t whole = columns / 64 * 64;
  for (int64_t begin = 0; begin < whole; begin += 32) {  // compilers make vectors of 32 bits at a time
    const uint32_t half = static_cast<uint32_t>(words[begin / 64] >> (begin % 64));
    uint32_t sign[32];
    for (int j = 0; j < 32; ++j) sign[j] = kOne | (half << (31 - j) & kMinus);
    std::memcpy(out + begin, sign, sizeof sign);
  }
  for (int64_t j = whole; j < columns; ++j) out[j] = (words[j / 64] >> (j % 64)) & 1u ? -1.0f : 1.0f;
}

}  // namespace varangian::kernels
