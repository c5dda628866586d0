#include "varangian/error.h"
#include "varangian/gram_rule.h"

namespace varangian {
namespace {

// The mean of the messages nearest to one that is known to be honest (in a decentralised setting the worker's
// own). With a hostile pivot it is arbitrarily bad.
class Monna final : public GramRule {
 public:
  explicit Monna(const Values& values) : pivot_(values.integer("pivot")), keep_(values.integer("keep")) {}

  void check(int64_t n, int64_t) const override {
    if (pivot_ >= n) throw Error::format("has its pivot at row {}, and gets {} rows", pivot_, n);
    if (keep_ > n) throw Error::format("keeps {} messages, and gets {}", keep_, n);
  }

  Coefficients coefficients(const GramView& view) const override {
    std::vector<double> squared;
    for (int64_t i = 0; i < view.n(); ++i) squared.push_back(view.geometry.squared_distance(i, pivot_));
    view.explain("squared distance to the pivot", squared);
    std::vector<int64_t> chosen = smallest(squared, keep_ == 0 ? view.n() - view.declared_f : keep_);
    std::erase_if(chosen, [&](int64_t i) { return !view.geometry.finite(i); });
    return view.geometry.average(chosen);
  }

 private:
  int64_t pivot_, keep_;
};

const Descriptor kMonna{
    .kind = Kind::aggregator,
    .name = "monna",
    .summary = "mean of the n - f messages nearest to a trusted one (nearest-neighbour average)",
    .citation = "Farhadkhani et al. 2023, arXiv 2209.10931",
    .parameters =
        {{.name = "pivot", .summary = "row of the trusted message", .initial = int64_t{0}, .low = 0},
         {.name = "keep",
          .summary = "messages averaged, the trusted one included; 0: n - f",
          .initial = int64_t{0},
          .low = 0}},
    .rule = {.reads = "gram",
             .complexity = "n d",
             .breakdown = "f < n / 2 with an honest pivot",
             .per_liar = 2,
             .least = 1,
             .permutation = false},
};

}  // namespace
VARANGIAN_REGISTER(Monna, kMonna)
}  // namespace varangian
