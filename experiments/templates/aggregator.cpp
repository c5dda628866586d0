// A rule of my own. `varangian aggregate my_component --plugin ... --input rows.npy` applies it to a file.
#include "varangian/row_rule.h"

#include <ATen/ATen.h>

namespace {

using namespace varangian;

// The mean of the messages without the longest ones: as many as the rule is told lie. A NaN counts as
// longest. (varangian/column_rule.h and varangian/gram_rule.h are for rules that need not read whole rows,
// and faster.)
class MyComponent final : public RowRule {
 public:
  explicit MyComponent(const Values& values) : extra_(values.integer("extra")) {}

  Decision decide(const RowsView& view, at::Tensor update) const override {
    const int64_t kept = std::max<int64_t>(1, view.n() - view.declared_f - extra_);
    const at::Tensor order = view.rows.norm(2, 1).argsort(/*stable=*/true, /*dim=*/0);  // NaN comes last
    update.copy_(view.rows.index_select(0, order.narrow(0, 0, kept)).mean(0));
    return {};
  }

 private:
  int64_t extra_;
};

const Descriptor kMyComponent{
    .kind = Kind::aggregator,
    .name = "my_component",
    .summary = "mean of the shortest messages",
    .citation = "mine",
    .parameters = {{.name = "extra",
                    .summary = "messages left out beyond the declared liars",
                    .initial = int64_t{0},
                    .low = 0,
                    .high = 1000}},
    .rule = {.reads = "rows",
             .complexity = "n d",
             .breakdown = "f liars who send long messages",
             .per_liar = 1,
             .least = 1,
             .translation = false},
};

}  // namespace

VARANGIAN_REGISTER(MyComponent, kMyComponent)
