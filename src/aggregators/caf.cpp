#include "aggregators/spectrum.h"
#include "varangian/gram_rule.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace varangian {
namespace {

// Covariance-bound agnostic filter: messages lose weight by how far they lie along the direction of greatest
// weighted variance, until n - 2 f of the weight is left; of all weightings on the way the mean of the one
// with the least such variance. All of it in the Gram matrix.
class Caf final : public GramRule {
 public:
  explicit Caf(const Values&) {}

  Coefficients coefficients(const GramView& view) const override {
    const Geometry& geometry = view.geometry;
    const std::vector<int64_t> finite = geometry.finite_messages();
    const size_t m = finite.size();
    std::vector<double> weight(m, 1.0);
    double sum = static_cast<double>(m), least = std::numeric_limits<double>::infinity();
    const double enough = static_cast<double>(view.n() - 2 * view.declared_f);
    Coefficients best = geometry.average(finite);
    while (sum > enough && sum > 0) {
      const Coefficients mean = weighted_mean(geometry, finite, weight, sum);
      const std::vector<double> centred = inner_about(geometry, finite, mean);
      std::vector<double> covariance(m * m);
      for (size_t i = 0; i < m; ++i)
        for (size_t j = 0; j < m; ++j)
          covariance[i * m + j] = std::sqrt(weight[i] * weight[j]) * centred[i * m + j] / sum;
      const Eigenpair top = top_eigenpair(covariance);
      if (top.value < least) {
        least = top.value;
        best = mean;
      }
      // <v, x_i - mean>^2 up to a common factor.
      std::vector<double> far(m, 0.0);
      double farthest = 0;
      for (size_t i = 0; i < m; ++i) {
        double along = 0;
        for (size_t j = 0; j < m; ++j) along += top.vector[j] * std::sqrt(weight[j]) * centred[i * m + j];
        far[i] = along * along;
        if (weight[i] > 0) farthest = std::max(farthest, far[i]);
      }
      if (!(farthest > 0)) break;  // all that is left is one point
      sum = 0;
      for (size_t i = 0; i < m; ++i) {
        weight[i] = weight[i] > 0 ? std::max(0.0, weight[i] * (1 - far[i] / farthest)) : 0;
        sum += weight[i];
      }
    }
    return best;
  }

 private:
  static Coefficients weighted_mean(const Geometry& geometry, const std::vector<int64_t>& finite,
                                    const std::vector<double>& weight, double sum) {
    Coefficients c(static_cast<size_t>(geometry.points()), 0.0);
    for (size_t i = 0; i < finite.size(); ++i) c[static_cast<size_t>(finite[i])] = weight[i] / sum;
    return c;
  }

  // <x_i - mean, x_j - mean> from distances alone.
  static std::vector<double> inner_about(const Geometry& geometry, const std::vector<int64_t>& finite,
                                         const Coefficients& mean) {
    const std::vector<double> to_mean = geometry.squared_distances_to(mean);
    const size_t m = finite.size();
    std::vector<double> inner(m * m);
    for (size_t i = 0; i < m; ++i)
      for (size_t j = 0; j < m; ++j)
        inner[i * m + j] =
            (to_mean[static_cast<size_t>(finite[i])] + to_mean[static_cast<size_t>(finite[j])] -
             geometry.squared_distance(finite[i], finite[j])) /
            2;
    return inner;
  }
};

const Descriptor kCaf{
    .kind = Kind::aggregator,
    .name = "caf",
    .summary = "mean of the messages filtered along the direction of greatest variance",
    .citation =
        "Allouah et al. 2025, Towards trustworthy federated learning with untrusted participants (ICML)",
    .rule =
        {.reads = "gram", .complexity = "n^2 d + f n^3", .breakdown = "f < n / 2", .per_liar = 2, .least = 1},
};

}  // namespace
VARANGIAN_REGISTER(Caf, kCaf)
}  // namespace varangian
