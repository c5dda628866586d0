#include "varangian/columns.h"
#include "varangian/diagnostic.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// How close the votes were. A coordinate's margin is |votes for minus votes against| / n; where it is 0 the
// vote was tied. A dense message votes with the signs of its coordinates, as the sign codec would pack them.
class VoteMargin final : public Diagnostic {
 public:
  explicit VoteMargin(const Values&) {}

  std::vector<std::string> columns() const override { return {"vote_margin", "vote_tied"}; }
  std::vector<std::string> worker_columns() const override { return {"vote_agreement"}; }

  Measurement measure(const Observation& seen) const override {
    const int64_t workers = seen.wire.workers();
    at::Tensor balance = at::zeros_like(seen.update);  // positive votes minus negative ones: exact in float
    for (int64_t row = 0; row < workers; ++row) balance.add_(votes(seen.wire, row));
    const at::Tensor winner = balance.sign(), total = inner_product(balance, winner),
                     decided = inner_product(winner, winner);  // coordinates that were not tied
    const double columns = static_cast<double>(seen.wire.columns);
    std::vector<at::Tensor> agreement;
    for (int64_t row = 0; row < workers; ++row)
      agreement.push_back(inner_product(votes(seen.wire, row), winner).div(decided).add(1).div(2));
    return {
        .of_round = {total.div(columns * static_cast<double>(workers)), decided.neg().div(columns).add(1)},
        .of_workers = {at::stack(agreement)}};
  }

 private:
  // -1 or +1 for each coordinate.
  static at::Tensor votes(const Messages& wire, int64_t row) {
    const at::Tensor message = dense_row(wire, row);
    return wire.encoding == Encoding::signs ? message : message.lt(0).to(at::kFloat).mul(-2.0f).add(1.0f);
  }
};

const Descriptor kVoteMargin{
    .kind = Kind::diagnostic,
    .name = "vote_margin",
    .summary =
        "how close the vote was: mean |votes for - votes against| / n, share of tied coordinates; and for "
        "each worker the share of decided coordinates in which it was with the majority",
    .citation = "Bernstein, Zhao, Azizzadenesheli, Anandkumar 2019, arXiv 1810.05291, Algorithm 1 (the vote)",
};

}  // namespace
VARANGIAN_REGISTER(VoteMargin, kVoteMargin)
}  // namespace varangian
