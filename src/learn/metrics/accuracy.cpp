#include "learn/metric.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

const Descriptor kAccuracy{
    .kind = Kind::metric,
    .name = "accuracy",
    .summary = "Fraction of samples whose largest output is the true class",
};

class Accuracy : public Metric {
 public:
  explicit Accuracy(const Values&) {}

  bool classifies() const override { return true; }
  std::vector<std::string> columns(int64_t) const override { return {"accuracy"}; }
  int64_t count(int64_t) const override { return 1; }

  at::Tensor sums(const at::Tensor& outputs, const at::Tensor& targets, const at::Tensor&) const override {
    return outputs.argmax(1).eq(targets).sum({0}, /*keepdim=*/true, at::kDouble);
  }

  std::vector<double> finish(std::span<const double> sums, int64_t samples) const override {
    return {sums[0] / static_cast<double>(samples)};
  }
};

}  // namespace

VARANGIAN_REGISTER(Accuracy, kAccuracy)

}  // namespace varangian
