#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace at {
class Tensor;
}

namespace varangian {

/// What a stream of random numbers is for: streams of different purposes are independent.
enum class Purpose : uint32_t {
  initial_weights = 1,
  batches = 2,
  validation_split = 3,
  partition = 4,
  noise = 5,
  adversary = 6,
  compressor = 7,
  rule = 8,
  byzantine_choice = 9,
  optimum = 10,
};

/// Random numbers as a function (Philox4x32-10; Salmon et al. 2011, "Parallel random numbers: as easy as
/// 1, 2, 3"): of (seed, purpose), worker, round and index, and of nothing else. Nothing is advanced, so the
/// order of calls and the number of threads cannot change a value. The same numbers on every device.
class Random {
 public:
  /// `instance` tells apart streams of one purpose (two adversaries in a run).
  Random(uint64_t seed, Purpose purpose, uint32_t instance = 0);

  /// The same stream at another round; round 0 is what is drawn once, before training.
  Random at(int64_t round) const;

  /// 128 random bits for one index.
  std::array<uint32_t, 4> bits(uint32_t worker, uint64_t index) const;

  /// Uniform in [0, 1), with 53 random bits.
  double uniform(uint32_t worker, uint64_t index) const;

  /// Uniform in 0..size-1 without bias that could be seen (multiply-high of 64 bits). size > 0.
  uint64_t below(uint64_t size, uint32_t worker, uint64_t index) const;

  /// Fills rows [k, d] (float32, columns contiguous); row i gets the numbers of worker workers[i]. `first` is
  /// the index of column 0, a multiple of 128, so that a block of columns gets what the whole row would. N(0,
  /// 1), from 32 random bits, so |x| < 6.4.
  void normal(at::Tensor rows, std::span<const int64_t> workers, int64_t first = 0) const;
  /// Uniform on [-1, 1).
  void uniform(at::Tensor rows, std::span<const int64_t> workers, int64_t first = 0) const;
  /// -1 or +1, a fair coin for every coordinate.
  void signs(at::Tensor rows, std::span<const int64_t> workers, int64_t first = 0) const;

  uint64_t key() const { return key_; }
  uint32_t round() const { return round_; }

 private:
  uint64_t key_;
  uint32_t round_ = 0;
};

/// A pseudo-random order of 0..size-1 as a function: position -> index (a Feistel network over the next
/// power of four, walked until it falls inside). The batches of an epoch and every shuffle use it.
class Permutation {
 public:
  /// `worker` and `epoch` choose one of many orders of the same stream. size > 0.
  Permutation(const Random& random, uint64_t size, uint32_t worker, uint64_t epoch);

  uint64_t operator()(uint64_t position) const;

 private:
  static constexpr int kRounds = 6;
  uint64_t size_;
  int half_bits_;
  std::array<uint32_t, kRounds> keys_;
};

}  // namespace varangian
