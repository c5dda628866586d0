#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace varangian {

/// Bits of one message, in the order in which they are put: the first is bit 0 of the first word.
class BitWriter {
 public:
  /// The lowest `count` bits of value, 0..64; the others must be 0.
  void put(uint64_t value, int count) {
    current_ |= value << used_;
    if (used_ + count < 64) {
      used_ += count;
      return;
    }
    words_.push_back(current_);
    current_ = used_ == 0 ? 0 : value >> (64 - used_);
    used_ += count - 64;
  }
  void put(float value) { put(std::bit_cast<uint32_t>(value), 32); }

  int64_t bits() const { return static_cast<int64_t>(words_.size()) * 64 + used_; }
  int64_t bytes() const { return (bits() + 7) / 8; }

  /// All words, the last filled up with zeros. Ends the message.
  std::vector<uint64_t> finish() && {
    if (used_ > 0) words_.push_back(current_);
    return std::move(words_);
  }

 private:
  std::vector<uint64_t> words_;
  uint64_t current_ = 0;
  int used_ = 0;  // bits of current_, below 64
};

/// Reads what a BitWriter wrote.
class BitReader {
 public:
  explicit BitReader(std::span<const uint64_t> words) : words_(words) {}

  uint64_t take(int count) {
    if (count == 0) return 0;
    const size_t word = static_cast<size_t>(position_ / 64);
    const int offset = static_cast<int>(position_ % 64);
    uint64_t value = words_[word] >> offset;
    if (offset + count > 64) value |= words_[word + 1] << (64 - offset);
    position_ += count;
    return count == 64 ? value : value & ((uint64_t{1} << count) - 1);
  }
  float take_float() { return std::bit_cast<float>(static_cast<uint32_t>(take(32))); }

  int64_t bits() const { return position_; }

 private:
  std::span<const uint64_t> words_;
  int64_t position_ = 0;
};

}  // namespace varangian
