#include "varangian/column_rule.h"
#include "varangian/error.h"
#include "varangian/signs.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// sign(sum of signs), on packed bits. Ties exist for an even number of workers only.
class MajorityVote final : public ColumnRule {
 public:
  explicit MajorityVote(const Values& values) : tie_(values.text("tie")), quorum_(values.integer("quorum")) {}

  void check(int64_t n, int64_t) const override {
    if (quorum_ != 0 && (quorum_ > n || 2 * quorum_ <= n))
      throw Error::format("asks for a quorum of {} of {} votes: want more than half, at most all", quorum_,
                          n);
  }

  Encoding takes() const override { return Encoding::signs; }

  // A vote is one bit; a tie that comes out as zero needs a second.
  int update_bits() const override { return gives() == Encoding::signs ? 1 : 2; }

  Encoding gives() const override { return tie_ == "zero" ? Encoding::dense : Encoding::signs; }

  void vote(const ColumnBlock& block, at::Tensor signs) const override {
    at::Tensor tie = at::empty_like(signs);
    majority(block.rows, signs, tie, quorum_);
    if ((quorum_ == 0 && block.workers() % 2 == 1) || tie_ == "plus") return;
    signs.bitwise_or_(tie_ == "minus" ? tie : tie.bitwise_and_(broken(block)));
  }

  void aggregate(const ColumnBlock& block, at::Tensor update) const override {
    at::Tensor negative = at::empty(block.rows.size(1), block.rows.options());
    if (gives() == Encoding::signs) {
      vote(block, negative);
      return unpack_signs(negative, update);
    }
    at::Tensor tie = at::empty_like(negative), untied = at::empty_like(update);
    majority(block.rows, negative, tie, quorum_);
    unpack_signs(negative, update);
    unpack_signs(tie, untied);  // -1 at the ties
    update.mul_(untied.add_(1.0f).mul_(0.5f));
  }

 private:
  // A sign for every column, in case of a tie.
  at::Tensor broken(const ColumnBlock& block) const {
    at::Tensor signs = at::empty({1, block.rows.size(1)}, block.rows.options());
    if (tie_ == "previous") {
      pack_signs(block.last_update.unsqueeze(0), signs);  // +1 in round 1
    } else {
      at::Tensor coins = at::empty({1, block.width}, block.last_update.options());
      constexpr int64_t kServer[] = {0};
      block.random.signs(coins, kServer, block.begin);
      pack_signs(coins, signs);
    }
    return signs[0];
  }

  std::string tie_;
  int64_t quorum_;
};

const Descriptor kMajorityVote{
    .kind = Kind::aggregator,
    .name = "majority_vote",
    .summary = "majority of the workers' signs, coordinate by coordinate",
    .citation = "Bernstein, Zhao, Azizzadenesheli, Anandkumar 2019, arXiv 1810.05291, Algorithm 1",
    .parameters =
        {{.name = "tie",
          .summary = "what a vote without a majority gives (even n, or a quorum); plus is the authors' code",
          .initial = std::string("plus"),
          .choices = {"plus", "minus", "zero", "random", "previous"}},
         {.name = "quorum",
          .summary = "equal votes that decide, more than half; 0: the smallest majority",
          .initial = int64_t{0},
          .low = 0}},
    .rule = {.reads = "columns",
             .complexity = "d n",
             .breakdown = "f < n / 2",
             .translation = false,
             .scale = false},
};

}  // namespace
VARANGIAN_REGISTER(MajorityVote, kMajorityVote)
}  // namespace varangian
