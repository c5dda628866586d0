#include "varangian/random.h"

#include "kernels/random.h"
#include "tensor/random_on_device.h"
#include "varangian/error.h"

#include <algorithm>
#include <bit>

namespace varangian {
namespace {

// SplitMix64's finaliser: spreads (seed, purpose, instance) over the 64 bits of a key.
uint64_t mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

using Fill = void (*)(uint64_t, uint32_t, uint32_t, int64_t, float*, int64_t);
using FillOnDevice = void (*)(uint64_t, std::span<const int64_t>, uint32_t, int64_t, at::Tensor);

void fill_rows(const Random& random, at::Tensor rows, std::span<const int64_t> workers, int64_t first,
               Fill on_cpu, FillOnDevice on_device) {
  VARANGIAN_ASSERT_EQ(first % 128, 0);
  VARANGIAN_ASSERT_EQ(rows.size(0), static_cast<int64_t>(workers.size()));
  if (!rows.is_cpu()) return on_device(random.key(), workers, random.round(), first, rows);
  VARANGIAN_ASSERT_EQ(rows.stride(1), 1);
  for (int64_t i = 0; i < rows.size(0); ++i)
    on_cpu(random.key(), static_cast<uint32_t>(workers[i]), random.round(), first,
           rows.data_ptr<float>() + i * rows.stride(0), rows.size(1));
}

}  // namespace

Random::Random(uint64_t seed, Purpose purpose, uint32_t instance)
    : key_(mix(mix(seed) ^ (static_cast<uint64_t>(purpose) << 32 | instance))) {}

Random Random::at(int64_t round) const {
  Random moved = *this;
  moved.round_ = static_cast<uint32_t>(round);
  return moved;
}

std::array<uint32_t, 4> Random::bits(uint32_t worker, uint64_t index) const {
  return kernels::philox(key_, index, worker, round_);
}

double Random::uniform(uint32_t worker, uint64_t index) const {
  const auto b = bits(worker, index);
  return static_cast<double>((static_cast<uint64_t>(b[0]) << 32 | b[1]) >> 11) * 0x1p-53;
}

uint64_t Random::below(uint64_t size, uint32_t worker, uint64_t index) const {
  const auto b = bits(worker, index);
  const unsigned __int128 product =
      static_cast<unsigned __int128>(static_cast<uint64_t>(b[0]) << 32 | b[1]) * size;
  return static_cast<uint64_t>(product >> 64);
}

void Random::normal(at::Tensor rows, std::span<const int64_t> workers, int64_t first) const {
  fill_rows(*this, rows, workers, first, kernels::fill_normal, fill_normal_on_device);
}

void Random::uniform(at::Tensor rows, std::span<const int64_t> workers, int64_t first) const {
  fill_rows(*this, rows, workers, first, kernels::fill_uniform, fill_uniform_on_device);
}

void Random::signs(at::Tensor rows, std::span<const int64_t> workers, int64_t first) const {
  fill_rows(*this, rows, workers, first, kernels::fill_signs, fill_signs_on_device);
}

Permutation::Permutation(const Random& random, uint64_t size, uint32_t worker, uint64_t epoch)
    : size_(size), half_bits_(std::max(1, (static_cast<int>(std::bit_width(size - 1)) + 1) / 2)) {
  VARANGIAN_ASSERT_LE(uint64_t{1}, size);
  const auto low = random.bits(worker, 2 * epoch), high = random.bits(worker, 2 * epoch + 1);
  keys_ = {low[0], low[1], low[2], low[3], high[0], high[1]};
}

uint64_t Permutation::operator()(uint64_t position) const {
  const uint64_t mask = (uint64_t{1} << half_bits_) - 1;
  uint64_t value = position;
  do {
    uint64_t left = value >> half_bits_, right = value & mask;
    for (const uint32_t key : keys_) {
      const uint64_t mixed = left ^ (mix(right ^ static_cast<uint64_t>(key) << 32) >> 32 & mask);
      left = right;
      right = mixed;
    }
    value = left << half_bits_ | right;
  } while (value >= size_);
  return value;
}

}  // namespace varangian
