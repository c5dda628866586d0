#include "varangian/column_rule.h"
#include "varangian/columns.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// The vote on dense messages, in which a worker without an opinion abstains: 0 and NaN have no sign. This is
// what everybody computes who votes with torch.sign; majority_vote is the one on packed bits.
class SignVote final : public ColumnRule {
 public:
  explicit SignVote(const Values& values) : quorum_(static_cast<float>(values.integer("quorum"))) {}

  int update_bits() const override { return 2; }

  void aggregate(const ColumnBlock& block, at::Tensor update) const override {
    column_sign_sum(block.rows, update);
    update.copy_(update.sign().mul(update.abs().ge(quorum_)));
  }

 private:
  float quorum_;
};

const Descriptor kSignVote{
    .kind = Kind::aggregator,
    .name = "sign_vote",
    .summary = "sign of the sum of the messages' signs; 0 and NaN abstain, a tie is 0",
    .citation = "Bernstein et al. 2019, arXiv 1810.05291, as its unpacked code computes it",
    .parameters = {{.name = "quorum",
                    .summary = "the least majority (votes for less votes against) that moves a coordinate",
                    .initial = int64_t{1},
                    .low = 1}},
    .rule = {.reads = "columns",
             .complexity = "d n",
             .breakdown = "f < n / 2",
             .translation = false,
             .scale = false},
};

}  // namespace
VARANGIAN_REGISTER(SignVote, kSignVote)
}  // namespace varangian
