#include "data/partitions/blocks.h"

namespace varangian {
namespace {

class Iid final : public Partition {
 public:
  explicit Iid(const Values&) {}

  Shards deal(std::span<const int64_t>, int64_t count, int64_t, int64_t owners,
              const Random& random) const override {
    Shards shards(static_cast<size_t>(owners));
    deal_blocks(random_order(count, random), 0, shards);
    return shards;
  }
};

const Descriptor kIid = {
    .kind = Kind::partition, .name = "iid", .summary = "random order, dealt in equal blocks"};

}  // namespace

VARANGIAN_REGISTER(Iid, kIid)

}  // namespace varangian
