#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// Trains on labels mirrored: y becomes K - 1 - y.
class LabelFlip final : public DataAdversary {
 public:
  explicit LabelFlip(const Values& values) : honest_batches_(values.text("batches") == "honest") {}

  bool takes_honest_batches() const override { return honest_batches_; }

  void poison(const Batch& batch) const override {
    require_classes(batch);
    batch.targets.neg_().add_(batch.classes - 1);
  }

 private:
  bool honest_batches_;
};

const Descriptor kLabelFlip{
    .kind = Kind::adversary,
    .name = "label_flip",
    .summary = "trains on mirrored labels: class y becomes K - 1 - y",
    .citation =
        "Tolpegin, Truex, Gursoy, Liu 2020, arXiv 2007.08432; mirrored as in Karimireddy, He, Jaggi 2022, "
        "arXiv 2006.09365",
    .parameters = {{.name = "batches",
                    .summary =
                        "whose samples: its own; or those of all honest workers, of which it sends the "
                        "mean gradient, without momentum (ByzFL)",
                    .initial = std::string("own"),
                    .choices = {"own", "honest"}}},
    .knowledge = "data",
};

}  // namespace
VARANGIAN_REGISTER(LabelFlip, kLabelFlip)
}  // namespace varangian
