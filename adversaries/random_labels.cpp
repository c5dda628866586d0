#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// Trains on labels drawn anew for every sample and round.
class RandomLabels final : public DataAdversary {
 public:
  explicit RandomLabels(const Values&) {}

  void poison(const Batch& batch) const override {
    require_classes(batch);
    const int64_t size = batch.targets.size(0);
    at::Tensor labels = at::empty({size}, at::kLong);
    for (int64_t i = 0; i < size; ++i)
      labels.data_ptr<int64_t>()[i] = static_cast<int64_t>(
          batch.random.below(static_cast<uint64_t>(batch.classes), static_cast<uint32_t>(batch.worker),
                             static_cast<uint64_t>(i)));
    batch.targets.copy_(labels);
  }
};

const Descriptor kRandomLabels{
    .kind = Kind::adversary,
    .name = "random_labels",
    .summary = "trains on random labels",
    .citation =
        "Tan, Zhang, Hu, Zhu 2025, \"SoK: FLPoison\", arXiv 2502.03801, their code (random label flipping)",
    .knowledge = "data",
};

}  // namespace
VARANGIAN_REGISTER(RandomLabels, kRandomLabels)
}  // namespace varangian
