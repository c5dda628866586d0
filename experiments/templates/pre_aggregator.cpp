// A pre-aggregator of my own: n messages become combinations of them, before the rule.
#include "varangian/gram_rule.h"

namespace {

using namespace varangian;

// Moves every message some way towards the mean of all that are finite. It sees inner products only, never a
// long vector; each row of the mixing has a coefficient for every point and sums to 1.
class MyComponent final : public PreAggregator {
 public:
  explicit MyComponent(const Values& values) : share_(values.number("share")) {}

  Mixing mixing(const GramView& view) const override {
    const Geometry& geometry = view.geometry;
    Mixing mixing{.points = geometry.points(), .rows = {}};
    const Coefficients mean = geometry.average(geometry.finite_messages());
    for (int64_t i = 0; i < view.n(); ++i) {
      if (!geometry.finite(i)) {
        mixing.rows.push_back(lost(geometry.points()));
        continue;
      }
      Coefficients row = geometry.one(i);
      for (size_t j = 0; j < row.size(); ++j) row[j] += share_ * (mean[j] - row[j]);
      mixing.rows.push_back(row);
    }
    return mixing;
  }

 private:
  double share_;
};

const Descriptor kMyComponent{
    .kind = Kind::pre_aggregator,
    .name = "my_component",
    .summary = "moves every message some way towards the mean",
    .citation = "mine",
    .parameters = {{.name = "share", .summary = "how far", .initial = 0.5, .low = 0, .high = 1}},
    .rule = {.reads = "gram", .complexity = "n^2", .breakdown = "none"},
};

}  // namespace

VARANGIAN_REGISTER(MyComponent, kMyComponent)
