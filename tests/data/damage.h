#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace varangian {

/// Calls `use` with every shorter beginning of a valid file.
template <typename Use>
void for_each_truncation(const std::vector<uint8_t>& valid, Use use) {
  for (size_t length = 0; length < valid.size(); ++length)
    use(std::vector<uint8_t>(valid.begin(), valid.begin() + static_cast<std::ptrdiff_t>(length)));
}

/// Calls `use` with a valid file in which one of the first `header` bytes has another value: each bit flipped
/// alone, and all of them.
template <typename Use>
void for_each_flip(const std::vector<uint8_t>& valid, size_t header, Use use) {
  for (size_t at = 0; at < header; ++at)
    for (const int mask : {1, 2, 4, 8, 16, 32, 64, 128, 255}) {
      std::vector<uint8_t> damaged = valid;
      damaged[at] ^= static_cast<uint8_t>(mask);
      use(damaged);
    }
}

}  // namespace varangian
