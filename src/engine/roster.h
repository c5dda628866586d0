#pragma once

#include "varangian/random.h"

#include <cstdint>
#include <string>
#include <vector>

namespace varangian {

/// Who is honest. Worker ids are 0..count-1, and worker w's message is row w.
struct Roster {
  int64_t count = 0;
  std::vector<int64_t> honest, byzantine;  ///< in rising order
};

/// which: "last", "first" or "random" (drawn from `random`).
Roster make_roster(int64_t count, int64_t byzantine, const std::string& which, const Random& random);

}  // namespace varangian
