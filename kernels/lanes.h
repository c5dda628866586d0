#pragma once

#include <cstdint>

namespace varangian::kernels {

/// Reductions run over this many virtual lanes on every instruction set: element j goes to lane j % kLanes.
inline constexpr int64_t kLanes = 16;

/// Adds the lanes pairwise, always in the same order.
inline double add_lanes(double (&lane)[kLanes]) {
  for (int64_t width = kLanes / 2; width >= 1; width /= 2)
    for (int64_t j = 0; j < width; ++j) lane[j] += lane[j + width];
  return lane[0];
}

}  // namespace varangian::kernels
