#include "varangian/gram_rule.h"

#include <cmath>
#include <limits>

namespace varangian {
namespace {

// The message with the least sum of distances to all others. Not finite ones take no part.
class Medoid final : public GramRule {
 public:
  explicit Medoid(const Values&) {}

  Coefficients coefficients(const GramView& view) const override {
    const Geometry& geometry = view.geometry;
    const std::vector<int64_t> finite = geometry.finite_messages();
    if (finite.empty()) return geometry.average({});
    std::vector<double> sums(static_cast<size_t>(view.n()), std::numeric_limits<double>::infinity());
    for (const int64_t i : finite) {
      double sum = 0;
      for (const int64_t j : finite) sum += std::sqrt(geometry.squared_distance(i, j));
      sums[static_cast<size_t>(i)] = sum;
    }
    view.explain("sum of distances", sums);
    return geometry.average(smallest(sums, 1));
  }
};

const Descriptor kMedoid{
    .kind = Kind::aggregator,
    .name = "medoid",
    .summary = "the message with the least sum of distances to the others",
    .citation = "Kaufman, Rousseeuw 1987, Clustering by means of medoids",
    .rule = {.reads = "gram", .complexity = "n^2 d", .breakdown = "f < n / 2"},
};

}  // namespace
VARANGIAN_REGISTER(Medoid, kMedoid)
}  // namespace varangian
