#include "varangian/column_rule.h"
#include "varangian/columns.h"

namespace varangian {
namespace {

// Each coordinate alone: the mean of the n - f values nearest to the median.
class Meamed final : public ColumnRule {
 public:
  explicit Meamed(const Values& values) : lower_(values.text("even") == "lower") {}

  void aggregate(const ColumnBlock& block, at::Tensor update) const override {
    column_mean_around(block.rows, lower_ ? Centre::lower_median : Centre::median, 0,
                       block.workers() - block.declared_f, update);
  }

 private:
  bool lower_;
};

const Descriptor kMeamed{
    .kind = Kind::aggregator,
    .name = "meamed",
    .summary = "coordinate-wise mean of the n - f values nearest to the median",
    .citation = "Xie, Koyejo, Gupta 2018, arXiv 1802.10116",
    .parameters = {{.name = "even",
                    .summary = "of an even number: the mean of the two middle ones, or the lower (ByzPy, "
                               "ByzantineMomentum)",
                    .initial = std::string("mean"),
                    .choices = {"mean", "lower"}}},
    .rule =
        {.reads = "columns", .complexity = "d n log n", .breakdown = "f < n / 2", .per_liar = 2, .least = 1},
};

}  // namespace
VARANGIAN_REGISTER(Meamed, kMeamed)
}  // namespace varangian
