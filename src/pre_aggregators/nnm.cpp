#include "varangian/gram_rule.h"

namespace varangian {
namespace {

// Nearest-neighbour mixing: each message becomes the mean of the n - f messages nearest to it, itself
// included; of equally near ones the lower row. One that is not finite is equally far from all.
class Nnm final : public PreAggregator {
 public:
  explicit Nnm(const Values&) {}

  Mixing mixing(const GramView& view) const override {
    const Geometry& geometry = view.geometry;
    const std::vector<int64_t> finite = geometry.finite_messages();
    Mixing mixing{.points = geometry.points(), .rows = {}};
    for (int64_t i = 0; i < view.n(); ++i) {
      std::vector<double> squared;
      for (const int64_t j : finite) squared.push_back(geometry.squared_distance(i, j));
      std::vector<int64_t> nearest = smallest(squared, view.n() - view.declared_f);
      for (int64_t& j : nearest) j = finite[static_cast<size_t>(j)];
      mixing.rows.push_back(nearest.empty() ? lost(geometry.points()) : geometry.average(nearest));
    }
    return mixing;
  }
};

const Descriptor kNnm{
    .kind = Kind::pre_aggregator,
    .name = "nnm",
    .summary = "each message becomes the mean of the n - f nearest to it",
    .citation = "Allouah et al. 2023, arXiv 2302.01772",
    .rule = {.reads = "gram", .complexity = "n^2 d", .breakdown = "f < n / 2", .per_liar = 2, .least = 1},
};

}  // namespace
VARANGIAN_REGISTER(Nnm, kNnm)
}  // namespace varangian
