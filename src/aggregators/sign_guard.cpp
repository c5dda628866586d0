#include "aggregators/clusters.h"
#include "varangian/points.h"
#include "varangian/row_rule.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace varangian {
namespace {

// Two sieves: norms near the median norm, and the largest cluster by the shares of positive, zero and
// negative entries in a random window of coordinates. Who passes both is clipped to the median norm and
// averaged.
class SignGuard final : public RowRule {
 public:
  explicit SignGuard(const Values& values)
      : low_(values.number("low")),
        high_(values.number("high")),
        window_(values.number("window")),
        quantile_(values.number("quantile")) {}

  Decision decide(const RowsView& view, at::Tensor update) const override {
    const int64_t n = view.n();
    Points points = rows_of(view.rows);
    points.emplace_back();
    const Geometry geometry(n, gram(points, view.parallel));
    std::vector<double> norms;
    for (int64_t i = 0; i < n; ++i) norms.push_back(std::sqrt(geometry.squared_norm(i)));
    const double median = median_of(norms);
    const std::vector<int64_t> finite = geometry.finite_messages();
    const std::vector<std::vector<double>> shares = sign_shares(view, finite);
    std::vector<int64_t> chosen;
    for (const int64_t at : largest_cluster(mean_shift(shares, bandwidth(shares)))) {
      const int64_t i = finite[static_cast<size_t>(at)];
      const double norm = norms[static_cast<size_t>(i)];
      if (norm >= low_ * median && norm <= high_ * median) chosen.push_back(i);
    }
    Coefficients c(static_cast<size_t>(n), 0.0);
    for (const int64_t i : chosen) {
      const double norm = norms[static_cast<size_t>(i)];
      c[static_cast<size_t>(i)] = (norm > median ? median / norm : 1) / static_cast<double>(chosen.size());
    }
    view.explain("norm", norms);
    view.explain("weights", c);
    combine(rows_of(view.rows), c, update, view.parallel);
    return {};
  }

 private:
  std::vector<std::vector<double>> sign_shares(const RowsView& view,
                                               const std::vector<int64_t>& finite) const {
    const int64_t width = std::max<int64_t>(1, std::llround(window_ * static_cast<double>(view.columns)));
    const int64_t begin =
        static_cast<int64_t>(view.random.below(static_cast<uint64_t>(view.columns - width + 1), 0, 0));
    const at::Tensor window = view.rows.narrow(1, begin, width);
    const at::Tensor positive = window.gt(0).sum(1).to(at::kDouble).cpu(),
                     negative = window.lt(0).sum(1).to(at::kDouble).cpu();
    std::vector<std::vector<double>> shares;
    for (const int64_t i : finite) {
      const double up = positive.const_data_ptr<double>()[i] / static_cast<double>(width),
                   down = negative.const_data_ptr<double>()[i] / static_cast<double>(width);
      shares.push_back({up, 1 - up - down, down});
    }
    return shares;
  }

  // The mean distance to the neighbour at this quantile of all.
  double bandwidth(const std::vector<std::vector<double>>& points) const {
    if (points.empty()) return 0;
    const size_t rank =
        std::min(points.size() - 1, static_cast<size_t>(quantile_ * static_cast<double>(points.size())));
    double sum = 0;
    for (const std::vector<double>& a : points) {
      std::vector<double> distances;
      for (const std::vector<double>& b : points) {
        double squared = 0;
        for (size_t k = 0; k < a.size(); ++k) squared += (a[k] - b[k]) * (a[k] - b[k]);
        distances.push_back(std::sqrt(squared));
      }
      std::sort(distances.begin(), distances.end());
      sum += distances[rank];
    }
    return sum / static_cast<double>(points.size());
  }

  double low_, high_, window_, quantile_;
};

const Descriptor kSignGuard{
    .kind = Kind::aggregator,
    .name = "sign_guard",
    .summary = "mean of the messages with a usual norm and usual shares of signs, clipped to the median norm",
    .citation = "Xu, Huang, Song, Lan 2022, arXiv 2109.05872",
    .parameters = {{.name = "low", .summary = "least norm, in median norms", .initial = 0.1, .low = 0},
                   {.name = "high", .summary = "largest norm, in median norms", .initial = 3.0, .low = 0},
                   {.name = "window",
                    .summary = "share of the coordinates whose signs are counted",
                    .initial = 0.1,
                    .low = 0,
                    .high = 1,
                    .above_low = true},
                   {.name = "quantile",
                    .summary = "of the distances, for mean shift's bandwidth",
                    .initial = 0.5,
                    .low = 0,
                    .high = 1}},
    .rule = {.reads = "rows",
             .complexity = "n d",
             .breakdown = "f < n / 2",
             .per_liar = 2,
             .least = 1,
             .translation = false},
};

}  // namespace
VARANGIAN_REGISTER(SignGuard, kSignGuard)
}  // namespace varangian
