#include "varangian/column_rule.h"
#include "varangian/columns.h"

namespace varangian {
namespace {

// Each coordinate alone: the middle one of the n values, for even n the mean of the two middle ones. Stays
// between honest values while liars are fewer than half; NaN ranks as +Inf.
class Median final : public ColumnRule {
 public:
  explicit Median(const Values& values) : lower_(values.text("even") == "lower") {}

  void aggregate(const ColumnBlock& block, at::Tensor update) const override {
    column_median(block.rows, update, lower_);
  }

 private:
  bool lower_;
};

const Descriptor kMedian{
    .kind = Kind::aggregator,
    .name = "median",
    .summary = "coordinate-wise median",
    .citation = "Yin, Chen, Ramchandran, Bartlett 2018, arXiv 1803.01498",
    .parameters = {{.name = "even",
                    .summary = "of an even number: the mean of the two middle ones, or the lower (ByzPy, "
                               "ByzantineMomentum, Garfield)",
                    .initial = std::string("mean"),
                    .choices = {"mean", "lower"}}},
    .rule = {.reads = "columns", .complexity = "d n log n", .breakdown = "f < n / 2"},
};

}  // namespace
VARANGIAN_REGISTER(Median, kMedian)
}  // namespace varangian
