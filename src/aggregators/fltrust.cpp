#include "varangian/gram_rule.h"

#include <algorithm>
#include <cmath>

namespace varangian {
namespace {

// The server has samples of its own; messages count by how well they point where its gradient points, all
// scaled to its length.
class Fltrust final : public GramRule {
 public:
  explicit Fltrust(const Values& values) : root_(values.integer("root")) {}

  int64_t root_samples() const override { return root_; }

  Coefficients coefficients(const GramView& view) const override {
    const Geometry& geometry = view.geometry;
    std::vector<double> trust;
    double sum = 0;
    for (int64_t i = 0; i < view.n(); ++i) {
      trust.push_back(std::max(0.0, geometry.cosine(i, geometry.reference())));
      sum += trust.back();
    }
    view.explain("trust", trust);
    Coefficients c = geometry.one(geometry.origin());  // nobody is trusted: no step
    if (!(sum > 0)) return c;
    for (int64_t i = 0; i < view.n(); ++i) {
      const double t = trust[static_cast<size_t>(i)] / sum;
      if (t == 0) continue;
      const double scale = std::sqrt(geometry.squared_norm(geometry.reference()) / geometry.squared_norm(i));
      c[static_cast<size_t>(i)] = t * scale;
      c[static_cast<size_t>(geometry.origin())] -= t * scale;
    }
    return c;
  }

 private:
  int64_t root_;
};

const Descriptor kFltrust{
    .kind = Kind::aggregator,
    .name = "fltrust",
    .summary = "messages weighted by their cosine to a gradient of the server's own samples",
    .citation = "Cao, Fang, Liu, Gong 2021, arXiv 2012.13995",
    .parameters = {{.name = "root",
                    .summary = "samples that the server keeps for itself",
                    .initial = int64_t{100},
                    .low = 1,
                    .unit = "samples"}},
    .rule =
        {.reads = "gram", .complexity = "n d", .breakdown = "f < n", .translation = false, .scale = false},
};

}  // namespace
VARANGIAN_REGISTER(Fltrust, kFltrust)
}  // namespace varangian
