#include "data/partitions/blocks.h"

#include <numeric>

namespace varangian {
namespace {

class ByLabel final : public Partition {
 public:
  explicit ByLabel(const Values&) {}

  Shards deal(std::span<const int64_t> labels, int64_t count, int64_t, int64_t owners,
              const Random&) const override {
    require_labels(labels, count, "by_label");
    std::vector<int64_t> order(static_cast<size_t>(count));
    std::iota(order.begin(), order.end(), 0);
    sort_by_label(order, labels);
    Shards shards(static_cast<size_t>(owners));
    deal_blocks(order, 0, shards);
    return shards;
  }
};

const Descriptor kByLabel = {.kind = Kind::partition,
                             .name = "by_label",
                             .summary = "sorted by label, dealt in equal contiguous blocks"};

}  // namespace

VARANGIAN_REGISTER(ByLabel, kByLabel)

}  // namespace varangian
