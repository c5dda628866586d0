#pragma once

#include "varangian/descriptor.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace varangian {

/// How many coordinates a sparse codec keeps.
class Kept {
 public:
  explicit Kept(const Values& values) : count_(values.integer("k")), fraction_(values.number("fraction")) {}

  size_t of(size_t columns) const {
    const int64_t all = static_cast<int64_t>(columns);
    const int64_t wanted = count_ > 0 ? count_ : std::llround(fraction_ * static_cast<double>(all));
    return static_cast<size_t>(std::clamp<int64_t>(wanted, 1, all));
  }

  static std::vector<Parameter> parameters() {
    return {{.name = "k",
             .summary = "coordinates that are sent, at most all; 0: as `fraction` says",
             .initial = int64_t{0},
             .low = 0},
            {.name = "fraction",
             .summary = "share of the coordinates that is sent, rounded; at least one",
             .initial = 0.01,
             .low = 0,
             .high = 1,
             .above_low = true}};
  }

 private:
  int64_t count_;
  double fraction_;
};

}  // namespace varangian
