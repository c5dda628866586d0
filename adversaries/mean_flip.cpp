#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// Sends the negated mean of the honest messages, times a factor.
class MeanFlip final : public OmniscientAdversary {
 public:
  explicit MeanFlip(const Values& values) : factor_(static_cast<float>(values.number("factor"))) {}

  void forge(const OmniscientView& view, at::Tensor messages) const override {
    send_all(view.honest.mean().mul(-factor_), messages);
  }

 private:
  float factor_;
};

const Descriptor kMeanFlip{
    .kind = Kind::adversary,
    .name = "mean_flip",
    .summary = "sends the negated mean of the honest messages",
    .citation = "Karimireddy, He, Jaggi 2021, arXiv 2012.10333; ByzFL calls it SignFlipping",
    .parameters = {{.name = "factor", .summary = "its size", .initial = 1.0, .low = 0.0, .high = 1e30}},
    .knowledge = "omniscient",
};

}  // namespace
VARANGIAN_REGISTER(MeanFlip, kMeanFlip)
}  // namespace varangian
