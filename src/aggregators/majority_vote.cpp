#include "tensor/signs.h"
#include "varangian/column_rule.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// sign(sum of signs), on packed bits. Ties exist for an even number of workers only.
class MajorityVote final : public ColumnRule {
 public:
  explicit MajorityVote(const Values& values) : tie_(values.text("tie")) {}

  Encoding takes() const override { return Encoding::signs; }

  // A vote is one bit; a tie that comes out as zero needs a second.
  int update_bits() const override { return tie_ == "zero" ? 2 : 1; }

  void aggregate(const ColumnBlock& block, at::Tensor update) const override {
    at::Tensor negative = at::empty(block.rows.size(1), block.rows.options());
    at::Tensor tie = at::empty_like(negative);
    majority(block.rows, negative, tie);
    if (block.workers() % 2 == 1 || tie_ == "plus") return unpack_signs(negative, update);
    if (tie_ == "minus") return unpack_signs(negative.bitwise_or(tie), update);
    unpack_signs(negative, update);
    at::Tensor untied = at::empty_like(update);
    unpack_signs(tie, untied);  // -1 at the ties
    untied.add_(1.0f).mul_(0.5f);
    update.mul_(untied).add_(broken(block, update).mul(untied.neg().add(1.0f)));
  }

 private:
  at::Tensor broken(const ColumnBlock& block, const at::Tensor& update) const {
    if (tie_ == "zero") return at::zeros_like(update);
    if (tie_ == "previous")
      return block.last_update.lt(0).to(at::kFloat).mul(-2.0f).add(1.0f);  // +1 in round 1
    at::Tensor coins = at::empty({1, block.width}, update.options());
    constexpr int64_t kServer[] = {0};
    block.random.signs(coins, kServer, block.begin);
    return coins[0];
  }

  std::string tie_;
};

const Descriptor kDescriptor{
    .kind = Kind::aggregator,
    .name = "majority_vote",
    .summary = "majority of the workers' signs, coordinate by coordinate",
    .citation = "Bernstein, Zhao, Azizzadenesheli, Anandkumar 2019, arXiv 1810.05291, Algorithm 1",
    .parameters = {{.name = "tie",
                    .summary = "what half against half gives (even n only); plus is the authors' code",
                    .initial = std::string("plus"),
                    .choices = {"plus", "minus", "zero", "random", "previous"}}},
    .rule = {.reads = "columns",
             .complexity = "d n",
             .breakdown = "f < n / 2",
             .translation = false,
             .scale = false},
};

}  // namespace
VARANGIAN_REGISTER(MajorityVote, kDescriptor)
}  // namespace varangian
