#include "learn/metric.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

const Descriptor kBinaryAccuracy{
    .kind = Kind::metric,
    .name = "binary_accuracy",
    .summary =
        "Fraction of samples whose logit is above 0 where the target is 1 and not where it is 0 (loss bce)",
};

class BinaryAccuracy : public Metric {
 public:
  explicit BinaryAccuracy(const Values&) {}

  bool classifies() const override { return false; }
  std::vector<std::string> columns(int64_t) const override { return {"binary_accuracy"}; }
  int64_t count(int64_t) const override { return 1; }

  at::Tensor sums(const at::Tensor& outputs, const at::Tensor& targets, const at::Tensor&) const override {
    return outputs.select(1, 0)
        .gt(0)
        .eq(targets.select(1, 0).gt(0.5))
        .sum({0}, /*keepdim=*/true, at::kDouble);
  }

  std::vector<double> finish(std::span<const double> sums, int64_t samples) const override {
    return {sums[0] / static_cast<double>(samples)};
  }
};

}  // namespace

VARANGIAN_REGISTER(BinaryAccuracy, kBinaryAccuracy)

}  // namespace varangian
