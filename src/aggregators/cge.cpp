#include "varangian/gram_rule.h"

namespace varangian {
namespace {

// Comparative gradient elimination: the mean of the n - f messages of least norm.
class Cge final : public GramRule {
 public:
  explicit Cge(const Values&) {}

  Coefficients coefficients(const GramView& view) const override {
    std::vector<double> squared;
    for (int64_t i = 0; i < view.n(); ++i) squared.push_back(view.geometry.squared_norm(i));
    view.explain("squared norm", squared);
    std::vector<int64_t> chosen = smallest(squared, view.n() - view.declared_f);
    std::erase_if(chosen, [&](int64_t i) { return !view.geometry.finite(i); });
    return view.geometry.average(chosen);
  }
};

const Descriptor kCge{
    .kind = Kind::aggregator,
    .name = "cge",
    .summary = "mean of the n - f messages of least norm",
    .citation = "Gupta, Vaidya 2020, arXiv 2008.04699",
    .rule = {.reads = "gram",
             .complexity = "n d",
             .breakdown = "f < n / 2 under redundancy of the honest costs",
             .per_liar = 2,
             .least = 1,
             .translation = false},
};

}  // namespace
VARANGIAN_REGISTER(Cge, kCge)
}  // namespace varangian
