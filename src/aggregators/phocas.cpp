#include "varangian/column_rule.h"
#include "varangian/columns.h"

namespace varangian {
namespace {

// Each coordinate alone: the mean of the n - f values nearest to the trimmed mean.
class Phocas final : public ColumnRule {
 public:
  explicit Phocas(const Values&) {}

  void aggregate(const ColumnBlock& block, at::Tensor update) const override {
    column_mean_around(block.rows, Centre::trimmed_mean, block.declared_f, block.workers() - block.declared_f,
                       update);
  }
};

const Descriptor kPhocas{
    .kind = Kind::aggregator,
    .name = "phocas",
    .summary = "coordinate-wise mean of the n - f values nearest to the trimmed mean",
    .citation = "Xie, Koyejo, Gupta 2018, arXiv 1805.09682",
    .rule =
        {.reads = "columns", .complexity = "d n log n", .breakdown = "f < n / 2", .per_liar = 2, .least = 1},
};

}  // namespace
VARANGIAN_REGISTER(Phocas, kPhocas)
}  // namespace varangian
