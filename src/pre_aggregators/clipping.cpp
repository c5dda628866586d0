#include "varangian/gram_rule.h"

#include <algorithm>
#include <cmath>

namespace varangian {
namespace {

// Every message scaled down to a largest norm; one that is not finite has no direction and becomes 0.
Mixing clipped(const Geometry& geometry, double radius) {
  Mixing mixing{.points = geometry.points(), .rows = {}};
  for (int64_t i = 0; i < geometry.n(); ++i) {
    Coefficients row = geometry.one(geometry.origin());
    if (geometry.finite(i)) {
      const double norm = std::sqrt(geometry.squared_norm(i)), scale = norm > radius ? radius / norm : 1;
      row[static_cast<size_t>(i)] = scale;
      row[static_cast<size_t>(geometry.origin())] = 1 - scale;
    }
    mixing.rows.push_back(std::move(row));
  }
  return mixing;
}

class Clipping final : public PreAggregator {
 public:
  explicit Clipping(const Values& values) : radius_(values.number("radius")) {}

  Mixing mixing(const GramView& view) const override { return clipped(view.geometry, radius_); }

 private:
  double radius_;
};

// Adaptive robust clipping: the floor(2 (f / n) (n - f)) largest norms are clipped to the next one.
class Arc final : public PreAggregator {
 public:
  explicit Arc(const Values&) {}

  Mixing mixing(const GramView& view) const override {
    std::vector<double> norms;
    for (int64_t i = 0; i < view.n(); ++i) norms.push_back(std::sqrt(view.geometry.squared_norm(i)));
    view.explain("norm", norms);
    std::sort(norms.begin(), norms.end(), std::greater<>());
    const int64_t n = view.n(), f = view.declared_f, clip = 2 * f * (n - f) / n;
    // With fewer than `clip` finite norms left the first finite one bounds the others.
    const auto bound = std::find_if(norms.begin() + std::min(clip, n - 1), norms.end(),
                                    [](double norm) { return std::isfinite(norm); });
    return clipped(view.geometry, bound == norms.end() ? 0 : *bound);
  }
};

const Descriptor kClipping{
    .kind = Kind::pre_aggregator,
    .name = "clipping",
    .summary = "messages scaled down to a largest norm",
    .parameters =
        {{.name = "radius", .summary = "largest norm", .initial = 2.0, .low = 0, .above_low = true}},
    .rule = {.reads = "gram",
             .complexity = "n d",
             .breakdown = "that of the rule",
             .translation = false,
             .scale = false},
};
const Descriptor kArc{
    .kind = Kind::pre_aggregator,
    .name = "arc",
    .summary = "the floor(2 f (n - f) / n) largest norms scaled down to the next one",
    .citation = "Allouah et al. 2025, arXiv 2405.14432",
    .rule = {.reads = "gram",
             .complexity = "n d",
             .breakdown = "that of the rule",
             .per_liar = 1,
             .least = 1,
             .translation = false},
};

}  // namespace
VARANGIAN_REGISTER(Clipping, kClipping)
VARANGIAN_REGISTER(Arc, kArc)
}  // namespace varangian
