#pragma once

#include <cstdint>

namespace varangian {

/// When a component is asked.
struct Clock {
  int64_t round = 0;         ///< 1 is the first
  double learning_rate = 0;  ///< of this round
};

}  // namespace varangian
