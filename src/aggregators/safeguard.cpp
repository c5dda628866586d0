#include "aggregators/good_workers.h"
#include "varangian/error.h"
#include "varangian/row_rule.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace varangian {
namespace {

// Messages summed over a short and a long window: a worker whose sum is more than twice a threshold away from
// the middle one is out, for good or until the long window ends.
class Safeguard final : public RowRule {
 public:
  explicit Safeguard(const Values& values)
      : windows_{values.integer("short"), values.integer("long")},
        thresholds_{values.number("short_threshold"), values.number("long_threshold")},
        noise_(values.number("noise")),
        forgives_(values.flag("forgives")) {
    if (windows_[0] > windows_[1])
      throw Error::format("short = {} is above long = {}", windows_[0], windows_[1]);
  }

  void declare(State& state, int64_t n, int64_t columns, at::Device device) const override {
    const auto floats = at::TensorOptions().dtype(at::kFloat).device(device);
    for (const char* name : kSums)
      state.add(name, {Axis::worker, Axis::column}, at::zeros({n, columns}, floats));
    state.add("rule_good", {Axis::worker}, at::ones({n}, at::kLong));
  }

  Decision decide(const RowsView& view, at::Tensor update) const override {
    const bool starts_long = (view.clock.round - 1) % windows_[1] == 0;
    std::vector<char> good = forgives_ && starts_long ? std::vector<char>(static_cast<size_t>(view.n()), 1)
                                                      : good_of(view.state["rule_good"]);
    const at::Tensor finite = view.rows.isfinite().all(1).cpu();
    for (size_t i = 0; i < good.size(); ++i)
      if (!finite.const_data_ptr<bool>()[i]) good[i] = 0;
    const double share =
        1 / static_cast<double>(std::max<int64_t>(1, std::count(good.begin(), good.end(), 1)));
    const at::Tensor step = at::nan_to_num(view.rows, 0.0, 0.0, 0.0).mul(share);
    Decision decision;
    std::vector<char> stay = good;
    for (size_t window = 0; window < 2; ++window) {
      const bool starts = (view.clock.round - 1) % windows_[window] == 0;
      const at::Tensor sum = starts ? step : view.state[kSums[window]].add(step);
      const Geometry geometry(view.n(), gram(rows_of(sum), view.parallel));
      const int64_t middle = middle_of(geometry, good, thresholds_[window]);
      std::vector<double> far;
      for (int64_t i = 0; i < view.n() && middle >= 0; ++i) {
        far.push_back(geometry.squared_distance(i, middle));
        if (far.back() > 4 * thresholds_[window] * thresholds_[window]) stay[static_cast<size_t>(i)] = 0;
      }
      view.explain(window == 0 ? "squared distance, short window" : "squared distance, long window", far);
      decision.emplace_back(kSums[window], sum);
    }
    view.explain("good", {stay.begin(), stay.end()});
    average_good(view, stay, update);
    if (noise_ > 0) {
      at::Tensor noise = at::empty({1, view.columns}, update.options());
      constexpr int64_t kServer[] = {0};
      view.random.normal(noise, kServer);
      update.add_(noise[0], noise_);
    }
    decision.emplace_back("rule_good", tensor_of(stay));
    return decision;
  }

 private:
  static constexpr const char* kSums[] = {"rule_short_sum", "rule_long_sum"};
  int64_t windows_[2];
  double thresholds_[2];
  double noise_;
  bool forgives_;
};

const Descriptor kSafeguard{
    .kind = Kind::aggregator,
    .name = "safeguard",
    .summary = "mean of the workers whose summed messages stay near the middle one in two windows",
    .citation = "Allen-Zhu, Ebrahimian, Li, Alistarh 2021, arXiv 2012.14368",
    .parameters =
        {{.name = "short", .summary = "rounds of the short window", .initial = int64_t{100}, .low = 1},
         {.name = "long", .summary = "rounds of the long window", .initial = int64_t{600}, .low = 1},
         {.name = "short_threshold",
          .summary = "half of the largest distance of a sum, short window",
          .initial = 0.0,
          .low = 0,
          .above_low = true,
          .required = true},
         {.name = "long_threshold",
          .summary = "half of the largest distance of a sum, long window",
          .initial = 0.0,
          .low = 0,
          .above_low = true,
          .required = true},
         {.name = "noise", .summary = "standard deviation added to the update", .initial = 0.0, .low = 0},
         {.name = "forgives",
          .summary = "everyone is good again when the long window ends",
          .initial = false}},
    .rule = {.reads = "rows",
             .complexity = "n^2 d",
             .breakdown = "f < n / 2",
             .per_liar = 2,
             .least = 1,
             .scale = false},
};

}  // namespace
VARANGIAN_REGISTER(Safeguard, kSafeguard)
}  // namespace varangian
