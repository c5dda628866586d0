#include "varangian/gram_rule.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace varangian {
namespace {

// argmin_z sum_i |z - x_i| by smoothed Weiszfeld steps, all of them in the Gram matrix: z is a combination of
// the messages and never formed before the end.
class GeometricMedian final : public GramRule {
 public:
  explicit GeometricMedian(const Values& values)
      : variant_(values.text("variant")),
        smoothing_(values.number("smoothing")),
        steps_(values.integer("steps")) {}

  Coefficients coefficients(const GramView& view) const override {
    const Geometry& geometry = view.geometry;
    const std::vector<int64_t> finite = geometry.finite_messages();
    if (finite.empty()) return geometry.average({});
    const bool converges = variant_ == "converged";
    Coefficients z = converges ? geometry.one(medoid(geometry, finite)) : geometry.one(geometry.origin());
    const double least = converges ? smoothing_ * spread(geometry, z, finite) : smoothing_;
    for (int64_t step = 0; step < steps_; ++step) {
      const std::vector<double> squared = geometry.squared_distances_to(z);
      Coefficients next(z.size(), 0.0);
      double sum = 0;
      for (const int64_t i : finite) {
        const double w = 1 / std::max({least, std::sqrt(squared[static_cast<size_t>(i)]), 1e-300});
        next[static_cast<size_t>(i)] = w;
        sum += w;
      }
      for (double& c : next) c /= sum;
      double moved = 0;
      for (size_t i = 0; i < z.size(); ++i) moved = std::max(moved, std::abs(next[i] - z[i]));
      z = std::move(next);
      if (converges && moved < kEnough) break;
    }
    return z;
  }

 private:
  static constexpr double kEnough = 1e-12;  // the largest change of a coefficient in a step

  static int64_t medoid(const Geometry& geometry, const std::vector<int64_t>& finite) {
    std::pair<double, int64_t> best(std::numeric_limits<double>::infinity(), finite.front());
    for (const int64_t i : finite) {
      double sum = 0;
      for (const int64_t j : finite) sum += std::sqrt(geometry.squared_distance(i, j));
      best = std::min(best, {sum, i});
    }
    return best.second;
  }

  static double spread(const Geometry& geometry, const Coefficients& z, const std::vector<int64_t>& finite) {
    const std::vector<double> squared = geometry.squared_distances_to(z);
    std::vector<double> distances;
    for (const int64_t i : finite) distances.push_back(std::sqrt(squared[static_cast<size_t>(i)]));
    return median_of(distances);
  }

  std::string variant_;
  double smoothing_;
  int64_t steps_;
};

const Descriptor kGeometricMedian{
    .kind = Kind::aggregator,
    .name = "geometric_median",
    .summary = "the point with the least sum of distances to the messages (RFA)",
    .citation = "Chen, Su, Xu 2017, arXiv 1705.05491; Pillutla, Kakade, Harchaoui 2022, arXiv 1912.13445",
    .parameters = {{.name = "variant",
                    .summary =
                        "converged: from the medoid, smoothing relative to the median distance from it; rfa: "
                        "from the origin, absolute smoothing, exactly `steps` steps (ByzFL: 3 with 0.1)",
                    .initial = std::string("converged"),
                    .choices = {"converged", "rfa"}},
                   {.name = "smoothing",
                    .summary = "distances below it count as it",
                    .initial = 1e-6,
                    .low = 0,
                    .above_low = true},
                   {.name = "steps",
                    .summary = "Weiszfeld steps, at most",
                    .initial = int64_t{1000},
                    .low = 1,
                    .high = 1e6}},
    .rule = {.reads = "gram", .complexity = "n^2 d", .breakdown = "f < n / 2"},
};

}  // namespace
VARANGIAN_REGISTER(GeometricMedian, kGeometricMedian)
}  // namespace varangian
