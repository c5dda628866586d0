#include "aggregators/clusters.h"
#include "varangian/points.h"
#include "varangian/row_rule.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace varangian {
namespace {

// Every message clipped to the median of the norms seen so far, two clusters by cosine distance (average
// linkage), the mean of the larger one.
class ClippedClustering final : public RowRule {
 public:
  explicit ClippedClustering(const Values& values) : memory_(values.integer("memory")) {}

  void declare(State& state, int64_t n, int64_t, at::Device) const override {
    state.add("rule_norms", {Axis::none, Axis::worker},
              at::full({memory_, n}, std::numeric_limits<double>::quiet_NaN(), at::kDouble));
  }

  Decision decide(const RowsView& view, at::Tensor update) const override {
    const int64_t n = view.n();
    Points points = rows_of(view.rows);
    points.emplace_back();
    const Geometry geometry(n, gram(points, view.parallel));
    const std::vector<int64_t> finite = geometry.finite_messages();
    const at::Tensor norms = view.state["rule_norms"].clone();
    double* now = norms.data_ptr<double>() + (view.clock.round - 1) % memory_ * n;
    for (int64_t i = 0; i < n; ++i) now[i] = std::sqrt(geometry.squared_norm(i));
    std::vector<double> seen;
    for (int64_t i = 0; i < norms.numel(); ++i)
      if (!std::isnan(norms.const_data_ptr<double>()[i])) seen.push_back(norms.const_data_ptr<double>()[i]);
    const double bound = median_of(seen);

    const size_t m = finite.size();
    std::vector<double> distance(m * m, 0.0);
    for (size_t i = 0; i < m; ++i)
      for (size_t j = 0; j < m; ++j)
        if (i != j) distance[i * m + j] = 1 - geometry.cosine(finite[i], finite[j]);
    const std::vector<int64_t> cluster = largest_cluster(average_linkage(distance, 2));
    Coefficients c(static_cast<size_t>(n), 0.0);
    for (const int64_t at : cluster) {
      const int64_t i = finite[static_cast<size_t>(at)];
      const double norm = std::sqrt(geometry.squared_norm(i));
      c[static_cast<size_t>(i)] = (norm > bound ? bound / norm : 1) / static_cast<double>(cluster.size());
    }
    view.explain("weights", c);
    combine(rows_of(view.rows), c, update, view.parallel);
    return {{"rule_norms", norms}};
  }

 private:
  int64_t memory_;
};

const Descriptor kClippedClustering{
    .kind = Kind::aggregator,
    .name = "clipped_clustering",
    .summary = "messages clipped to the median norm, mean of the larger of two clusters by cosine",
    .citation = "Li, Ngai, Voigt 2023, arXiv 2302.07173",
    .parameters = {{.name = "memory",
                    .summary = "rounds whose norms are remembered (the paper: all)",
                    .initial = int64_t{1000},
                    .low = 1,
                    .high = 1000000}},
    .rule = {.reads = "rows",
             .complexity = "n^2 d",
             .breakdown = "f < n / 2",
             .per_liar = 2,
             .least = 1,
             .translation = false},
};

}  // namespace
VARANGIAN_REGISTER(ClippedClustering, kClippedClustering)
}  // namespace varangian
