#include "learn/metric.h"

#include <ATen/ATen.h>

#include <cstddef>
#include <limits>

namespace varangian {
namespace {

// A variance below this part of the mean square is rounding of the sums: the target is constant.
constexpr double kConstantTargets = 1e-12;

const Descriptor kR2{
    .kind = Kind::metric,
    .name = "r2",
    .summary =
        "Coefficient of determination: 1 - squared error / variance of the targets, mean over the outputs",
};

class R2 : public Metric {
 public:
  explicit R2(const Values&) {}

  bool classifies() const override { return false; }
  std::vector<std::string> columns(int64_t) const override { return {"r2"}; }
  int64_t count(int64_t outputs) const override { return 3 * outputs; }

  // For each output: sum of targets, of their squares, of squared errors.
  at::Tensor sums(const at::Tensor& outputs, const at::Tensor& targets, const at::Tensor&) const override {
    const at::Tensor t = targets.to(at::kDouble), error = at::sub(outputs.to(at::kDouble), t);
    return at::cat({t.sum({0}), t.square().sum({0}), error.square().sum({0})});
  }

  std::vector<double> finish(std::span<const double> sums, int64_t samples) const override {
    const size_t outputs = sums.size() / 3;
    double total = 0;
    for (size_t k = 0; k < outputs; ++k) {
      const double sum = sums[k], squares = sums[outputs + k], errors = sums[2 * outputs + k];
      const double variance = squares - sum * sum / static_cast<double>(samples);
      if (!(variance > kConstantTargets * squares)) return {std::numeric_limits<double>::quiet_NaN()};
      total += 1 - errors / variance;
    }
    return {total / static_cast<double>(outputs)};
  }
};

}  // namespace

VARANGIAN_REGISTER(R2, kR2)

}  // namespace varangian
