#include "varangian/column_rule.h"
#include "varangian/columns.h"
#include "varangian/error.h"

namespace varangian {
namespace {

// Each coordinate alone: the mean of the `keep` values nearest to the median, whatever f is.
class AveragedMedian final : public ColumnRule {
 public:
  explicit AveragedMedian(const Values& values) : keep_(values.integer("keep")) {}

  void check(int64_t n, int64_t) const override {
    if (keep_ > n) throw Error::format("keeps {} values, and gets {}", keep_, n);
  }

  void aggregate(const ColumnBlock& block, at::Tensor update) const override {
    column_mean_around(block.rows, Centre::median, 0, keep_ == 0 ? (block.workers() + 1) / 2 : keep_, update);
  }

 private:
  int64_t keep_;
};

const Descriptor kAveragedMedian{
    .kind = Kind::aggregator,
    .name = "averaged_median",
    .summary = "coordinate-wise mean of a given number of values nearest to the median",
    .citation = "Damaskinos et al. 2019, AggregaThor (MLSys)",
    .parameters = {{.name = "keep",
                    .summary = "how many values; 0: half of them, rounded up",
                    .initial = int64_t{0},
                    .low = 0}},
    .rule = {.reads = "columns", .complexity = "d n log n", .breakdown = "f <= n - keep, f < n / 2"},
};

}  // namespace
VARANGIAN_REGISTER(AveragedMedian, kAveragedMedian)
}  // namespace varangian
