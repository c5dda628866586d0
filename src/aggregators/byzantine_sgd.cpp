#include "aggregators/good_workers.h"
#include "varangian/row_rule.h"

#include <ATen/ATen.h>

#include <cmath>

namespace varangian {
namespace {

// Three sums of each worker's history must stay near those of most others: A, its messages along the way that
// training has gone; B, its messages; and the message itself. Who strays once is out for good.
class ByzantineSgd final : public RowRule {
 public:
  explicit ByzantineSgd(const Values& values)
      : along_(values.number("along")), sum_(values.number("sum")), message_(values.number("message")) {}

  void declare(State& state, int64_t n, int64_t columns, at::Device device) const override {
    const auto floats = at::TensorOptions().dtype(at::kFloat).device(device);
    state.add("rule_along", {Axis::worker}, at::zeros({n}, at::kDouble));
    state.add("rule_sum", {Axis::worker, Axis::column}, at::zeros({n, columns}, floats));
    state.add("rule_good", {Axis::worker}, at::ones({n}, at::kLong));
    state.add("rule_start", {Axis::column}, at::zeros({columns}, floats));
  }

  Decision decide(const RowsView& view, at::Tensor update) const override {
    const int64_t n = view.n();
    const at::Tensor start = view.clock.round == 1 ? view.weights : view.state["rule_start"];
    const at::Tensor sum = view.state["rule_sum"].add(at::nan_to_num(view.rows, 0.0, 0.0, 0.0));
    // <x_i, w_t - w_0> about the origin.
    Points points = rows_of(view.rows);
    points.emplace_back();
    points.push_back(view.weights.sub(start));
    const Geometry messages(n, gram(points, view.parallel));
    const Geometry sums(n, gram(rows_of(sum), view.parallel));
    std::vector<char> good = good_of(view.state["rule_good"]);
    const at::Tensor along = view.state["rule_along"].clone();
    std::vector<double> a;
    for (int64_t i = 0; i < n; ++i) {
      const double step = messages.inner(i, n + 1);
      if (std::isfinite(step)) along.data_ptr<double>()[i] += step;
      a.push_back(along.const_data_ptr<double>()[i]);
      if (!messages.finite(i)) good[static_cast<size_t>(i)] = 0;
    }
    const int64_t middle_sum = middle_of(sums, good, sum_), middle = middle_of(messages, good, 2 * message_);
    std::vector<double> of_good;
    for (int64_t i = 0; i < n; ++i)
      if (good[static_cast<size_t>(i)] != 0) of_good.push_back(a[static_cast<size_t>(i)]);
    const double middle_along = of_good.empty() ? 0 : median_of(of_good);
    for (int64_t i = 0; i < n; ++i) {
      const bool strays = std::abs(a[static_cast<size_t>(i)] - middle_along) > along_ ||
                          (middle_sum >= 0 && sums.squared_distance(i, middle_sum) > sum_ * sum_) ||
                          (middle >= 0 && messages.squared_distance(i, middle) > 16 * message_ * message_);
      if (strays) good[static_cast<size_t>(i)] = 0;
    }
    view.explain("good", {good.begin(), good.end()});
    average_good(view, good, update);
    return {{"rule_along", along}, {"rule_sum", sum}, {"rule_good", tensor_of(good)}, {"rule_start", start}};
  }

 private:
  double along_, sum_, message_;
};

Parameter threshold(const char* name, const char* summary) {
  return {.name = name, .summary = summary, .initial = 0.0, .low = 0, .above_low = true, .required = true};
}

const Descriptor kByzantineSgd{
    .kind = Kind::aggregator,
    .name = "byzantine_sgd",
    .summary = "mean of the workers whose history stays near that of most (out once, out for good)",
    .citation = "Alistarh, Allen-Zhu, Li 2018, arXiv 1803.08917",
    .parameters = {threshold("along", "how far A_i may be from the median (the paper's threshold of A)"),
                   threshold("sum", "how far B_i may be from its median"),
                   threshold("message", "V: a message may be 4 V from its median")},
    .rule = {.reads = "rows",
             .complexity = "n^2 d",
             .breakdown = "f < n / 2",
             .per_liar = 2,
             .least = 1,
             .translation = false,
             .scale = false},
};

}  // namespace
VARANGIAN_REGISTER(ByzantineSgd, kByzantineSgd)
}  // namespace varangian
