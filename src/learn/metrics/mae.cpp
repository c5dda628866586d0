#include "learn/metric.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

const Descriptor kMeanAbsoluteError{
    .kind = Kind::metric,
    .name = "mae",
    .summary = "Mean absolute error over samples and outputs",
};

class MeanAbsoluteError : public Metric {
 public:
  explicit MeanAbsoluteError(const Values&) {}

  bool classifies() const override { return false; }
  std::vector<std::string> columns(int64_t) const override { return {"mae"}; }
  int64_t count(int64_t) const override { return 1; }

  at::Tensor sums(const at::Tensor& outputs, const at::Tensor& targets, const at::Tensor&) const override {
    const at::Tensor errors = at::sub(outputs, targets).flatten();
    const at::Tensor sum =
        at::linalg_vector_norm(errors, 1, at::IntArrayRef{0}, /*keepdim=*/true, at::kDouble);
    return sum.div(outputs.size(1));
  }

  std::vector<double> finish(std::span<const double> sums, int64_t samples) const override {
    return {sums[0] / static_cast<double>(samples)};
  }
};

}  // namespace

VARANGIAN_REGISTER(MeanAbsoluteError, kMeanAbsoluteError)

}  // namespace varangian
