#include "varangian/column_rule.h"
#include "varangian/columns.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// What a repository sells as a majority vote, and is none: one liar with large numbers decides everything.
class SignOfMean final : public ColumnRule {
 public:
  explicit SignOfMean(const Values&) {}

  int update_bits() const override { return 2; }

  void aggregate(const ColumnBlock& block, at::Tensor update) const override {
    column_mean(block.rows, update);
    update.sign_();  // of NaN: 0
  }
};

const Descriptor kSignOfMean{
    .kind = Kind::aggregator,
    .name = "sign_of_mean",
    .summary = "sign of the average; no defence, and no vote",
    .rule =
        {.reads = "columns", .complexity = "d n", .breakdown = "none", .translation = false, .scale = false},
};

}  // namespace
VARANGIAN_REGISTER(SignOfMean, kSignOfMean)
}  // namespace varangian
