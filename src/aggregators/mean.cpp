#include "varangian/column_rule.h"
#include "varangian/columns.h"

namespace varangian {
namespace {

// No defence: one liar moves it anywhere, and a non-finite message makes it non-finite.
class Mean final : public ColumnRule {
 public:
  explicit Mean(const Values&) {}

  void aggregate(const ColumnBlock& block, at::Tensor update) const override {
    column_mean(block.rows, update);
  }
};

const Descriptor kMean{
    .kind = Kind::aggregator,
    .name = "mean",
    .summary = "average of the messages; no defence (distributed SGD)",
    .rule = {.reads = "columns", .complexity = "d n", .breakdown = "none"},
};

}  // namespace
VARANGIAN_REGISTER(Mean, kMean)
}  // namespace varangian
