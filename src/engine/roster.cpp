#include "engine/roster.h"

#include "varangian/error.h"

#include <algorithm>

namespace varangian {

Roster make_roster(int64_t count, int64_t byzantine, const std::string& which, const Random& random) {
  VARANGIAN_ASSERT_LE(byzantine, count);
  Roster roster{.count = count};
  std::vector<bool> lies(static_cast<size_t>(count), false);
  const Permutation order(random, static_cast<uint64_t>(count), 0, 0);
  for (int64_t i = 0; i < byzantine; ++i) {
    const int64_t last = count - 1 - i;
    lies[static_cast<size_t>(which == "last"    ? last
                             : which == "first" ? i
                                                : static_cast<int64_t>(order(static_cast<uint64_t>(i))))] =
        true;
  }
  for (int64_t id = 0; id < count; ++id)
    (lies[static_cast<size_t>(id)] ? roster.byzantine : roster.honest).push_back(id);
  return roster;
}

}  // namespace varangian
