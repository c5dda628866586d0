#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// Trains each sample to the class that the model finds second most likely: what costs least to believe.
class SecondBestLabel final : public DataAdversary {
 public:
  explicit SecondBestLabel(const Values&) {}

  bool reads_outputs() const override { return true; }

  void poison(const Batch& batch) const override {
    require_classes(batch);
    if (batch.classes < 2 || batch.outputs.size(1) < 2) return;
    batch.targets.copy_(std::get<1>(batch.outputs.topk(2, 1)).select(1, 1));
  }
};

const Descriptor kSecondBestLabel{
    .kind = Kind::adversary,
    .name = "second_best_label",
    .summary = "trains on the class that the model finds second most likely",
    .citation =
        "after Carlini, Wagner 2017, arXiv 1608.04644 (the runner-up class), as in CRYPTO-KU's "
        "FL-Byzantine-Library",
    .knowledge = "data",
};

}  // namespace
VARANGIAN_REGISTER(SecondBestLabel, kSecondBestLabel)
}  // namespace varangian
