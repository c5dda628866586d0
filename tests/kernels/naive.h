#pragma once

#include "kernels/random.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

namespace varangian {

/// n rows of N(0, 1), one after another.
inline std::vector<float> normal_rows(int64_t n, int64_t columns, uint64_t key = 1) {
  std::vector<float> rows(static_cast<size_t>(n * columns));
  for (int64_t r = 0; r < n; ++r)
    kernels::fill_normal(key, static_cast<uint32_t>(r), 0, 0, rows.data() + r * columns, columns);
  return rows;
}

inline float naive_median(std::vector<float> values) {
  for (float& value : values)
    if (value != value) value = std::numeric_limits<float>::infinity();
  std::sort(values.begin(), values.end());
  const size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : 0.5f * values[n / 2 - 1] + 0.5f * values[n / 2];
}

inline std::vector<float> column(const std::vector<float>& rows, int64_t n, int64_t columns, int64_t j) {
  std::vector<float> values;
  for (int64_t r = 0; r < n; ++r) values.push_back(rows[static_cast<size_t>(r * columns + j)]);
  return values;
}

/// Every n a network or a counter could get wrong, lengths that are no multiple of anything.
constexpr int64_t kLargestN = 130;
constexpr int64_t kOddLengths[] = {1, 63, 65, 129, 200};

}  // namespace varangian
