#include "varangian/columns.h"
#include "varangian/points.h"
#include "varangian/row_rule.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// The mean of the messages nearest to the coordinate-wise median.
class Aksel final : public RowRule {
 public:
  explicit Aksel(const Values& values) : keep_(values.text("keep")), lower_(values.text("even") == "lower") {}

  Decision decide(const RowsView& view, at::Tensor update) const override {
    at::Tensor pivot = at::empty_like(update);
    for_each_block(view.columns, update, view.parallel, [&](int64_t begin, int64_t width) {
      column_median(view.rows.narrow(1, begin, width), pivot.narrow(0, begin, width), lower_);
    });
    Points points = rows_of(view.rows);
    points.push_back(pivot);
    const int64_t n = view.n();
    const Geometry geometry(n, gram(points, view.parallel));
    std::vector<double> squared;
    for (int64_t i = 0; i < n; ++i) squared.push_back(geometry.squared_distance(i, n));
    view.explain("squared distance to the median", squared);
    std::vector<int64_t> chosen = smallest(squared, keep_ == "half" ? (n + 1) / 2 : n - view.declared_f);
    std::erase_if(chosen, [&](int64_t i) { return !geometry.finite(i); });
    if (chosen.empty()) chosen = {n};
    combine(points, geometry.average(chosen), update, view.parallel);
    return {};
  }

 private:
  std::string keep_;
  bool lower_;
};

const Descriptor kAksel{
    .kind = Kind::aggregator,
    .name = "aksel",
    .summary = "mean of the messages nearest to the coordinate-wise median",
    .citation = "Boussetta, El Mhamdi, Guerraoui, Maurer, Rouault 2021, AKSEL (OPODIS)",
    .parameters = {{.name = "keep",
                    .summary = "how many: half of them, rounded up, or n - f",
                    .initial = std::string("half"),
                    .choices = {"half", "honest"}},
                   {.name = "even",
                    .summary = "of an even number: the mean of the two middle ones, or the lower "
                               "(ByzantineMomentum, Garfield)",
                    .initial = std::string("mean"),
                    .choices = {"mean", "lower"}}},
    .rule = {.reads = "rows", .complexity = "d n log n", .breakdown = "f < n / 2", .per_liar = 2, .least = 1},
};

}  // namespace
VARANGIAN_REGISTER(Aksel, kAksel)
}  // namespace varangian
