#include "varangian/points.h"
#include "varangian/row_rule.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace varangian {
namespace {

// Workers whose summed messages are too similar are taken for one person with many names, and lose weight.
class Foolsgold final : public RowRule {
 public:
  explicit Foolsgold(const Values&) {}

  void declare(State& state, int64_t n, int64_t columns, at::Device device) const override {
    state.add("rule_sum", {Axis::worker, Axis::column},
              at::zeros({n, columns}, at::TensorOptions().dtype(at::kFloat).device(device)));
  }

  Decision decide(const RowsView& view, at::Tensor update) const override {
    const size_t n = static_cast<size_t>(view.n());
    const at::Tensor sum = view.state["rule_sum"].add(at::nan_to_num(view.rows, 0.0, 0.0, 0.0));
    Points points = rows_of(sum);
    points.emplace_back();  // the origin
    const Geometry geometry(view.n(), gram(points, view.parallel));
    std::vector<double> similar(n * n, 0.0), most(n, 0.0);
    for (size_t i = 0; i < n; ++i)
      for (size_t j = 0; j < n; ++j) {
        if (i == j) continue;
        similar[i * n + j] = geometry.cosine(static_cast<int64_t>(i), static_cast<int64_t>(j));
        most[i] = std::max(most[i], similar[i * n + j]);
      }
    std::vector<double> weight(n);
    double greatest = 0;
    for (size_t i = 0; i < n; ++i) {
      double after = 0;
      for (size_t j = 0; j < n; ++j)
        if (j != i) after = std::max(after, similar[i * n + j] * (most[i] < most[j] ? most[i] / most[j] : 1));
      weight[i] = std::clamp(1 - after, 0.0, 1.0);
      greatest = std::max(greatest, weight[i]);
    }
    const at::Tensor finite = view.rows.isfinite().all(1).cpu();
    double total = 0;
    for (size_t i = 0; i < n; ++i) {
      const double share = greatest > 0 ? weight[i] / greatest : 0, inside = share >= 1 ? 0.99 : share;
      weight[i] = inside > 0 ? std::clamp(std::log(inside / (1 - inside)) + 0.5, 0.0, 1.0) : 0;
      if (!finite.const_data_ptr<bool>()[i]) weight[i] = 0;
      total += weight[i];
    }
    view.explain("weight", weight);
    for (double& w : weight) w = total > 0 ? w / total : 0;
    combine(rows_of(view.rows), weight, update, view.parallel);
    return {{"rule_sum", sum}};
  }
};

const Descriptor kFoolsgold{
    .kind = Kind::aggregator,
    .name = "foolsgold",
    .summary = "less weight to workers whose summed messages point the same way",
    .citation = "Fung, Yoon, Beschastnikh 2018, arXiv 1808.04866",
    .rule = {.reads = "rows",
             .complexity = "n^2 d",
             .breakdown = "none against one liar; many that say the same lose weight",
             .translation = false},
};

}  // namespace
VARANGIAN_REGISTER(Foolsgold, kFoolsgold)
}  // namespace varangian
