#include "aggregators/clusters.h"
#include "varangian/points.h"
#include "varangian/row_rule.h"

#include <ATen/ATen.h>

#include <cmath>

namespace varangian {
namespace {

// The majority cluster by cosine distance, clipped to the median norm of all, averaged, and blurred with
// noise. HDBSCAN with clusters of at least n / 2 + 1 points, as the paper sets it, is single linkage up to
// the first component of that size: two such clusters cannot exist.
class Flame final : public RowRule {
 public:
  explicit Flame(const Values& values) : epsilon_(values.number("epsilon")), delta_(values.number("delta")) {}

  Decision decide(const RowsView& view, at::Tensor update) const override {
    const int64_t n = view.n();
    Points points = rows_of(view.rows);
    points.emplace_back();
    const Geometry geometry(n, gram(points, view.parallel));
    const std::vector<int64_t> finite = geometry.finite_messages();
    std::vector<double> norms;
    for (int64_t i = 0; i < n; ++i) norms.push_back(std::sqrt(geometry.squared_norm(i)));
    const double bound = median_of(norms);
    const size_t m = finite.size();
    std::vector<double> distance(m * m, 0.0);
    for (size_t i = 0; i < m; ++i)
      for (size_t j = 0; j < m; ++j)
        if (i != j) distance[i * m + j] = 1 - geometry.cosine(finite[i], finite[j]);
    const std::vector<int64_t> cluster = first_component(distance, n / 2 + 1);
    Coefficients c(static_cast<size_t>(n), 0.0);
    for (const int64_t at : cluster) {
      const int64_t i = finite[static_cast<size_t>(at)];
      const double norm = norms[static_cast<size_t>(i)];
      c[static_cast<size_t>(i)] = (norm > bound ? bound / norm : 1) / static_cast<double>(cluster.size());
    }
    view.explain("weights", c);
    combine(rows_of(view.rows), c, update, view.parallel);
    if (epsilon_ > 0 && std::isfinite(bound)) {
      at::Tensor noise = at::empty({1, view.columns}, update.options());
      constexpr int64_t kServer[] = {0};
      view.random.normal(noise, kServer);
      update.add_(noise[0], bound * std::sqrt(2 * std::log(1.25 / delta_)) / epsilon_);
    }
    return {};
  }

 private:
  double epsilon_, delta_;
};

const Descriptor kFlame{
    .kind = Kind::aggregator,
    .name = "flame",
    .summary = "mean of the majority cluster by cosine, clipped to the median norm, with noise",
    .citation = "Nguyen et al. 2022, arXiv 2101.02281",
    .parameters =
        {{.name = "epsilon",
          .summary = "of differential privacy: the noise is the median norm times sqrt(2 ln(1.25 / delta)) / "
                     "epsilon; 0: no noise",
          .initial = 3000.0,
          .low = 0},
         {.name = "delta",
          .summary = "of differential privacy",
          .initial = 0.01,
          .low = 0,
          .high = 1,
          .above_low = true}},
    .rule = {.reads = "rows",
             .complexity = "n^2 d",
             .breakdown = "f < n / 2",
             .per_liar = 2,
             .least = 1,
             .translation = false},
};

}  // namespace
VARANGIAN_REGISTER(Flame, kFlame)
}  // namespace varangian
