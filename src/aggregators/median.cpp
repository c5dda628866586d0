#include "varangian/aggregator.h"
#include "varangian/columns.h"

namespace varangian {
namespace {

// Each coordinate alone: the middle one of the n values, for even n the mean of the two middle ones. Stays
// between honest values while liars are fewer than half; NaN ranks as +Inf.
class Median final : public ColumnRule {
 public:
  explicit Median(const Values&) {}

  Encoding takes() const override { return Encoding::dense; }

  void aggregate(const ColumnBlock& block, at::Tensor update) const override {
    column_median(block.rows, update);
  }
};

const Descriptor kDescriptor{
    .kind = Kind::aggregator,
    .name = "median",
    .summary = "coordinate-wise median",
    .citation = "Yin, Chen, Ramchandran, Bartlett 2018, arXiv 1803.01498",
};

}  // namespace
VARANGIAN_REGISTER(Median, kDescriptor)
}  // namespace varangian
