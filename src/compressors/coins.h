#pragma once

#include "varangian/packed_compressor.h"

#include <ATen/ATen.h>

#include <vector>

namespace varangian {

/// A number for each coordinate, uniform on the multiples of 2^-23 in [-1, 1).
inline std::vector<float> uniform_numbers(const PackingView& view, size_t columns) {
  std::vector<float> numbers(columns);
  view.random.uniform(at::from_blob(numbers.data(), {1, static_cast<int64_t>(columns)}), {&view.worker, 1});
  return numbers;
}

}  // namespace varangian
