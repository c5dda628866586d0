#include "varangian/column_rule.h"
#include "varangian/columns.h"

namespace varangian {
namespace {

// Each coordinate alone: without the f smallest and the f largest values, the mean of the rest. Kept values
// are added; the whole sum less the extremes would lose every digit to a liar's 1e30.
class TrimmedMean final : public ColumnRule {
 public:
  explicit TrimmedMean(const Values&) {}

  void aggregate(const ColumnBlock& block, at::Tensor update) const override {
    column_trimmed_mean(block.rows, block.declared_f, update);
  }
};

const Descriptor kTrimmedMean{
    .kind = Kind::aggregator,
    .name = "trimmed_mean",
    .summary = "coordinate-wise mean without the f smallest and f largest values",
    .citation = "Yin, Chen, Ramchandran, Bartlett 2018, arXiv 1803.01498",
    .rule =
        {.reads = "columns", .complexity = "d n log n", .breakdown = "f < n / 2", .per_liar = 2, .least = 1},
};

}  // namespace
VARANGIAN_REGISTER(TrimmedMean, kTrimmedMean)
}  // namespace varangian
