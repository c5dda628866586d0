#include "varangian/points.h"
#include "varangian/row_rule.h"
#include "varangian/signs.h"

#include <ATen/ATen.h>

#include <cmath>

namespace varangian {
namespace {

constexpr double kEpsilon = 1e-5;
constexpr double kLargestWeight = 10;

// A vote in which each worker's sign counts as much as its past says: ln(p / (1 - p)), p being how often it
// agreed with the outcome. Who mostly lies votes with negative weight and so tells the truth.
class WeightedVote : public RowRule {
 public:
  explicit WeightedVote(const Values& values)
      : start_(values.integer("start")), discount_(static_cast<float>(values.number("discount"))) {}

  Encoding takes() const override { return Encoding::signs; }
  int update_bits() const override { return 2; }  // a tie is 0

  void declare(State& state, int64_t n, int64_t columns, at::Device device) const override {
    const auto floats = at::TensorOptions().dtype(at::kFloat).device(device);
    state.add("rule_agreed", {Axis::worker, Axis::column}, at::zeros({n, columns}, floats));
    state.add("rule_votes", {Axis::none}, at::zeros({1}, floats));
  }

  Decision decide(const RowsView& view, at::Tensor update) const override {
    const at::Tensor& agreed = view.state["rule_agreed"];
    const at::Tensor votes = view.state["rule_votes"];
    const at::Tensor by_worker = weights_by_worker(view, agreed, votes);
    at::Tensor now = at::empty_like(agreed);
    for_each_block(view.columns, update, view.parallel, [&](int64_t begin, int64_t width) {
      at::Tensor signs = at::empty({view.n(), width}, update.options());
      for (int64_t i = 0; i < view.n(); ++i)
        unpack_signs(view.rows[i].narrow(0, begin / 64, (width + 63) / 64), signs[i]);
      const at::Tensor past = agreed.narrow(1, begin, width);
      at::Tensor out = update.narrow(0, begin, width);
      if (view.clock.round > 1 && view.clock.round > start_)
        at::sum_out(out, weight_of(past.div(votes)).mul(signs), at::IntArrayRef{0});
      else
        at::sum_out(out, by_worker.unsqueeze(1).mul(signs), at::IntArrayRef{0});
      out.sign_();
      now.narrow(1, begin, width).copy_(past.mul(discount_).add(signs.mul(out).gt(0)));
    });
    return {{"rule_agreed", now}, {"rule_votes", votes.mul(discount_).add(1)}};
  }

 protected:
  static at::Tensor weight_of(const at::Tensor& rate) {
    return rate.add(kEpsilon).div(rate.neg().add(1 + kEpsilon)).log().clamp(-kLargestWeight, kLargestWeight);
  }

 private:
  /// Before `start`, and in the first round: one weight a worker.
  virtual at::Tensor weights_by_worker(const RowsView& view, const at::Tensor& agreed,
                                       const at::Tensor& votes) const = 0;

  int64_t start_;
  float discount_;
};

// Until `start` everyone counts the same; then by coordinate.
class FederatedVoting final : public WeightedVote {
 public:
  using WeightedVote::WeightedVote;

 private:
  at::Tensor weights_by_worker(const RowsView&, const at::Tensor& agreed, const at::Tensor&) const override {
    return at::ones({agreed.size(0)}, agreed.options());
  }
};

// Until `start` by worker, over all coordinates together; then by coordinate.
class FederatedDefense final : public WeightedVote {
 public:
  using WeightedVote::WeightedVote;

 private:
  at::Tensor weights_by_worker(const RowsView& view, const at::Tensor& agreed,
                               const at::Tensor& votes) const override {
    if (view.clock.round == 1) return at::ones({agreed.size(0)}, agreed.options());
    const at::Tensor weights = weight_of(agreed.mean(1).div(votes));
    if (view.explanation != nullptr) {
      const at::Tensor host = weights.to(at::kDouble).cpu().contiguous();
      view.explain("weight", {host.const_data_ptr<double>(), host.const_data_ptr<double>() + host.numel()});
    }
    return weights;
  }
};

std::vector<Parameter> parameters() {
  return {{.name = "start",
           .summary = "last round before weights go by coordinate",
           .initial = int64_t{100},
           .low = 0},
          {.name = "discount",
           .summary = "of the past in each round; 1: nothing is forgotten",
           .initial = 1.0,
           .low = 0,
           .high = 1}};
}

const RuleFacts kFacts = {.reads = "rows",
                          .complexity = "n d",
                          .breakdown = "liars that are told from honest workers by their past",
                          .translation = false,
                          .scale = false};

const Descriptor kVoting{.kind = Kind::aggregator,
                         .name = "federated_voting",
                         .summary = "vote weighted by each worker's past agreement, coordinate by coordinate",
                         .citation = "Park, Lee 2024, arXiv 2402.01340",
                         .parameters = parameters(),
                         .rule = kFacts};
const Descriptor kDefense{
    .kind = Kind::aggregator,
    .name = "federated_defense",
    .summary = "vote weighted by each worker's past agreement, first over all coordinates",
    .citation = "Park, Lee 2024, arXiv 2402.01340",
    .parameters = parameters(),
    .rule = kFacts};

}  // namespace
VARANGIAN_REGISTER(FederatedVoting, kVoting)
VARANGIAN_REGISTER(FederatedDefense, kDefense)
}  // namespace varangian
