#include "varangian/column_rule.h"
#include "varangian/columns.h"
#include "varangian/error.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// Where fewer than `threshold` more workers go one way than the other, the step goes against their mean.
// Without a bound on magnitudes it defends against backdoors, not against a liar with large numbers.
class RobustLearningRate final : public ColumnRule {
 public:
  explicit RobustLearningRate(const Values& values) : threshold_(values.number("threshold")) {}

  void check(int64_t n, int64_t) const override {
    if (threshold_ > static_cast<double>(n))
      throw Error::format("asks for {} agreeing votes of {}", threshold_, n);
  }

  void aggregate(const ColumnBlock& block, at::Tensor update) const override {
    at::Tensor votes = at::empty_like(update);
    column_sign_sum(block.rows, votes);
    column_mean(block.rows, update);
    update.mul_(votes.abs().ge(threshold_).to(at::kFloat).mul(2.0f).sub(1.0f));
  }

 private:
  double threshold_;
};

const Descriptor kRobustLearningRate{
    .kind = Kind::aggregator,
    .name = "robust_learning_rate",
    .summary = "the mean where enough signs agree, minus the mean elsewhere",
    .citation = "Ozdayi, Kantarcioglu, Gel 2021, arXiv 2007.03767",
    .parameters = {{.name = "threshold",
                    .summary = "votes for less votes against that count as agreement",
                    .initial = 4.0,
                    .low = 0}},
    .rule = {.reads = "columns", .complexity = "d n", .breakdown = "none", .translation = false},
};

}  // namespace
VARANGIAN_REGISTER(RobustLearningRate, kRobustLearningRate)
}  // namespace varangian
