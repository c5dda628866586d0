#pragma once

#include "varangian/component.h"
#include "varangian/random.h"

#include <cstdint>
#include <span>
#include <vector>

namespace varangian {

/// Which samples each data owner holds; every index once at most.
using Shards = std::vector<std::vector<int64_t>>;

class Partition : public Component {
 public:
  /// Deals the samples with positions 0..count-1 to `owners` workers. labels is empty for regression (a
  /// partition by label then throws Error), else labels[i] is the class of sample i, in 0..classes-1.
  virtual Shards deal(std::span<const int64_t> labels, int64_t count, int64_t classes, int64_t owners,
                      const Random& random) const = 0;
};

}  // namespace varangian
