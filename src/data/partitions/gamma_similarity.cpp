#include "data/partitions/blocks.h"

#include <algorithm>
#include <cmath>

namespace varangian {
namespace {

class GammaSimilarity final : public Partition {
 public:
  explicit GammaSimilarity(const Values& values) : gamma_(values.number("gamma")) {}

  Shards deal(std::span<const int64_t> labels, int64_t count, int64_t, int64_t owners,
              const Random& random) const override {
    require_labels(labels, count, "gamma_similarity");
    std::vector<int64_t> order = random_order(count, random);
    const int64_t alike = std::llround(gamma_ * static_cast<double>(count));
    const std::span<int64_t> iid = std::span(order).first(static_cast<size_t>(alike));
    const std::span<int64_t> rest = std::span(order).subspan(static_cast<size_t>(alike));
    std::sort(rest.begin(), rest.end());
    sort_by_label(rest, labels);

    Shards shards(static_cast<size_t>(owners));
    deal_blocks(iid, 0, shards);
    // Who got one more of the first part comes last in the second, so that sizes differ by one at most.
    deal_blocks(rest, alike % owners, shards);
    return shards;
  }

 private:
  const double gamma_;
};

const Descriptor kGammaSimilarity = {
    .kind = Kind::partition,
    .name = "gamma_similarity",
    .summary = "a random share gamma of the samples dealt iid, the rest sorted by label and dealt in blocks",
    .citation = "Karimireddy et al. 2020, SCAFFOLD, arXiv:1910.06378",
    .parameters = {{.name = "gamma",
                    .summary = "the share that is dealt iid: 1 is the partition iid, 0 is by_label",
                    .initial = 0.5,
                    .low = 0,
                    .high = 1,
                    .required = true}}};

}  // namespace

VARANGIAN_REGISTER(GammaSimilarity, kGammaSimilarity)

}  // namespace varangian
