#include "varangian/points.h"
#include "varangian/row_rule.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace varangian {
namespace {

// Layer by layer: of the messages, clipped to the median norm and stripped of small entries, those with a
// usual norm and a usual purity of signs; their clipped but whole layers are averaged, everybody's when
// nobody passes.
class Lasa final : public RowRule {
 public:
  explicit Lasa(const Values& values)
      : sparsity_(values.number("sparsity")),
        norm_bound_(values.number("norm_bound")),
        sign_bound_(values.number("sign_bound")) {}

  Decision decide(const RowsView& view, at::Tensor update) const override {
    const int64_t n = view.n();
    Points points = rows_of(view.rows);
    points.emplace_back();
    const Geometry geometry(n, gram(points, view.parallel));
    std::vector<double> norms, scale;
    for (int64_t i = 0; i < n; ++i) norms.push_back(std::sqrt(geometry.squared_norm(i)));
    const double median = median_of(norms);
    for (const double norm : norms) scale.push_back(norm > median ? median / norm : 1);

    const size_t layers = view.layers.size();
    std::vector<std::vector<double>> norm_of(layers, std::vector<double>(static_cast<size_t>(n), INFINITY)),
        purity_of = norm_of;
    const auto measure = [&](int64_t i) {
      if (!geometry.finite(i)) return;
      const at::Tensor size = view.rows[i].abs();
      const int64_t dropped = static_cast<int64_t>(sparsity_ * static_cast<double>(view.columns));
      at::Tensor kept = view.rows[i];
      if (dropped > 0) kept = kept.mul(size.gt(std::get<0>(size.kthvalue(dropped))));
      for (size_t layer = 0; layer < layers; ++layer) {
        const at::Tensor part = kept.narrow(0, begin_of(view, layer), width_of(view, layer));
        const double up = part.gt(0).sum().item<double>(), down = part.lt(0).sum().item<double>();
        norm_of[layer][static_cast<size_t>(i)] =
            scale[static_cast<size_t>(i)] * part.to(at::kDouble).norm().item<double>();
        purity_of[layer][static_cast<size_t>(i)] =
            up + down > 0 ? 0.5 * (1 + (up - down) / (up + down) * (1 - sparsity_)) : 0.5;
      }
    };
    if (view.rows.is_cpu())
      view.parallel.for_each(n, measure);
    else
      for (int64_t i = 0; i < n; ++i) measure(i);

    for (size_t layer = 0; layer < layers; ++layer) {
      const std::vector<char> by_norm = usual(norm_of[layer], norm_bound_),
                              by_sign = usual(purity_of[layer], sign_bound_);
      std::vector<int64_t> chosen, finite = geometry.finite_messages();
      for (const int64_t i : finite)
        if (by_norm[static_cast<size_t>(i)] != 0 && by_sign[static_cast<size_t>(i)] != 0) chosen.push_back(i);
      if (chosen.empty()) chosen = finite;
      Coefficients c(static_cast<size_t>(n), 0.0);
      for (const int64_t i : chosen)
        c[static_cast<size_t>(i)] = scale[static_cast<size_t>(i)] / static_cast<double>(chosen.size());
      view.explain(fmt::format("weights, layer {}", layer), c);
      const int64_t begin = begin_of(view, layer), width = width_of(view, layer);
      combine(rows_of(view.rows.narrow(1, begin, width)), c, update.narrow(0, begin, width), view.parallel);
    }
    return {};
  }

 private:
  static int64_t begin_of(const RowsView& view, size_t layer) { return view.layers[layer]; }
  static int64_t width_of(const RowsView& view, size_t layer) {
    return (layer + 1 < view.layers.size() ? view.layers[layer + 1] : view.columns) - view.layers[layer];
  }

  // Within `bound` standard deviations of the median.
  static std::vector<char> usual(const std::vector<double>& values, double bound) {
    std::vector<double> finite;
    for (const double value : values)
      if (std::isfinite(value)) finite.push_back(value);
    std::vector<char> passes(values.size(), 0);
    if (finite.empty()) return passes;
    double mean = 0, square = 0;
    for (const double value : finite) mean += value / static_cast<double>(finite.size());
    for (const double value : finite) square += (value - mean) * (value - mean);
    const double deviation = std::sqrt(square / static_cast<double>(finite.size())),
                 middle = median_of(finite);
    for (size_t i = 0; i < values.size(); ++i)
      passes[i] =
          static_cast<char>(std::isfinite(values[i]) && std::abs(values[i] - middle) <= bound * deviation);
    return passes;
  }

  double sparsity_, norm_bound_, sign_bound_;
};

const Descriptor kLasa{
    .kind = Kind::aggregator,
    .name = "lasa",
    .summary = "layer by layer the mean of messages with a usual norm and usual signs",
    .citation = "Xu, Zhang, Hu 2025, arXiv 2409.01435",
    .parameters = {{.name = "sparsity",
                    .summary = "share of the smallest entries that do not count",
                    .initial = 0.3,
                    .low = 0,
                    .high = 0.999},
                   {.name = "norm_bound",
                    .summary = "standard deviations from the median norm",
                    .initial = 2.0,
                    .low = 0},
                   {.name = "sign_bound",
                    .summary = "standard deviations from the median purity",
                    .initial = 1.0,
                    .low = 0}},
    .rule = {.reads = "rows",
             .complexity = "n d",
             .breakdown = "f < n / 2",
             .per_liar = 2,
             .least = 1,
             .translation = false},
};

}  // namespace
VARANGIAN_REGISTER(Lasa, kLasa)
}  // namespace varangian
