#include "random.h"

#include "isa.h"
#include "normal_quantile.h"
#include "signs.h"

#include <Random123/philox.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace varangian::kernels {
namespace {

constexpr int64_t kChunk = 256;

float horner(const std::array<float, 9>& c, float x) {
  float y = c[0];
  for (int i = 1; i < 9; ++i) y = y * x + c[i];
  return y;
}

// The magnitude is the quantile of p in (0, 1/2) from 31 bits, the sign is the top bit.
inline float normal_of(uint32_t bits) {
  const float p = (static_cast<float>(static_cast<int32_t>(bits & 0x7fffffffu)) + 0.5f) * 0x1p-32f;
  const float y = 4.0f * p * (1.0f - p);  // (1 - x)(1 + x) for x = 1 - 2 p

  const int32_t raw = std::bit_cast<int32_t>(y);
  const float mantissa = std::bit_cast<float>((raw & 0x007fffff) | 0x3f000000);  // [1/2, 1)
  const float exponent = static_cast<float>((raw >> 23) - 126);
  const bool small = mantissa < kSqrtHalf;
  const float e = small ? exponent - 1.0f : exponent;
  const float x = small ? mantissa + mantissa - 1.0f : mantissa - 1.0f;
  const float z = x * x;
  float log = horner(kLog, x) * x * z;
  log = log + e * kLn2Low;
  log = log - 0.5f * z;
  log = log + x;
  log = log + e * kLn2High;

  const float w = -log;
  const float centre = horner(kErfinvCentre, w - 2.5f);
  const float tail = horner(kErfinvTail, std::sqrt(std::max(w, 0.0f)) - 3.0f);
  const float magnitude = kSqrt2 * (1.0f - 2.0f * p) * (w < 5.0f ? centre : tail);
  return std::bit_cast<float>(std::bit_cast<uint32_t>(magnitude) ^ (bits & 0x80000000u));
}

VARANGIAN_KERNEL(void, to_normal, (const uint32_t* bits, float* out, int64_t count), (bits, out, count)) {
  for (int64_t j = 0; j < count; ++j) out[j] = normal_of(bits[j]);
}

VARANGIAN_KERNEL(void, to_uniform, (const uint32_t* bits, float* out, int64_t count), (bits, out, count)) {
  for (int64_t j = 0; j < count; ++j)
    out[j] = static_cast<float>(static_cast<int32_t>(bits[j]) >> 8) * 0x1p-23f;
}

using Transform = void (*)(const uint32_t*, float*, int64_t);

void fill(uint64_t key, uint32_t worker, uint32_t round, int64_t first, float* out, int64_t count,
          Transform transform) {
  uint32_t bits[kChunk];
  for (int64_t begin = 0; begin < count; begin += kChunk) {
    const int64_t size = std::min(kChunk, count - begin);
    for (int64_t j = 0; j < size; j += 4) {
      const auto block = philox(key, static_cast<uint64_t>(first + begin + j) / 4, worker, round);
      std::copy(block.begin(), block.end(), bits + j);
    }
    transform(bits, out + begin, size);
  }
}

}  // namespace

std::array<uint32_t, 4> philox(uint64_t key, uint64_t index, uint32_t worker, uint32_t round) {
  const philox4x32_ctr_t counter = {
      {static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32), worker, round}};
  const philox4x32_key_t k = {{static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32)}};
  const philox4x32_ctr_t out = philox4x32(counter, k);
  return {out.v[0], out.v[1], out.v[2], out.v[3]};
}

void fill_normal(uint64_t key, uint32_t worker, uint32_t round, int64_t first, float* out, int64_t count) {
  fill(key, worker, round, first, out, count, to_normal);
}

void fill_uniform(uint64_t key, uint32_t worker, uint32_t round, int64_t first, float* out, int64_t count) {
  fill(key, worker, round, first, out, count, to_uniform);
}

void fill_signs(uint64_t key, uint32_t worker, uint32_t round, int64_t first, float* out, int64_t count) {
  constexpr int64_t kWords = 64;  // unpacked together
  uint64_t words[kWords];
  for (int64_t begin = 0; begin < count; begin += 64 * kWords) {
    const int64_t size = std::min(64 * kWords, count - begin);
    for (int64_t w = 0; 64 * w < size; w += 2) {
      const auto block = philox(
          key, static_cast<uint64_t>(first + begin) / 128 + static_cast<uint64_t>(w) / 2, worker, round);
      words[w] = block[0] | static_cast<uint64_t>(block[1]) << 32;
      words[w + 1] = block[2] | static_cast<uint64_t>(block[3]) << 32;
    }
    unpack_signs(words, size, out + begin);
  }
}

}  // namespace varangian::kernels
