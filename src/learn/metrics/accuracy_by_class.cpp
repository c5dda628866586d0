#include "learn/metric.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cstddef>

namespace varangian {
namespace {

const Descriptor kAccuracyByClass{
    .kind = Kind::metric,
    .name = "accuracy_by_class",
    .summary = "Accuracy over the samples of each class, a column a class",
};

class AccuracyByClass : public Metric {
 public:
  explicit AccuracyByClass(const Values&) {}

  bool classifies() const override { return true; }

  std::vector<std::string> columns(int64_t outputs) const override {
    std::vector<std::string> names;
    for (int64_t k = 0; k < outputs; ++k) names.push_back(fmt::format("accuracy_class_{}", k));
    return names;
  }

  int64_t count(int64_t outputs) const override { return 2 * outputs; }

  // The correct samples of each class, then all samples of each class. Whole numbers: any order sums alike.
  at::Tensor sums(const at::Tensor& outputs, const at::Tensor& targets, const at::Tensor&) const override {
    const int64_t classes = outputs.size(1);
    const at::Tensor correct = outputs.argmax(1).eq(targets).to(at::kDouble);
    return at::zeros({2 * classes}, correct.options())
        .scatter_add_(0, targets, correct)
        .scatter_add_(0, targets + classes, at::ones_like(correct));
  }

  std::vector<double> finish(std::span<const double> sums, int64_t) const override {
    const size_t classes = sums.size() / 2;
    std::vector<double> accuracies;
    for (size_t k = 0; k < classes; ++k) accuracies.push_back(sums[k] / sums[classes + k]);
    return accuracies;
  }
};

}  // namespace

VARANGIAN_REGISTER(AccuracyByClass, kAccuracyByClass)

}  // namespace varangian
