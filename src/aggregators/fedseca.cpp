#include "varangian/columns.h"
#include "varangian/points.h"
#include "varangian/row_rule.h"

#include <ATen/ATen.h>

#include <cmath>

namespace varangian {
namespace {

// An election of signs by workers whose signs go with most others', then the mean of the entries that agree
// with it: clipped to the median norm, bounded by the median magnitude, without the small ones.
class Fedseca final : public RowRule {
 public:
  explicit Fedseca(const Values& values) : sparsity_(values.number("sparsity")) {}

  Decision decide(const RowsView& view, at::Tensor update) const override {
    const int64_t n = view.n();
    Points points = rows_of(view.rows);
    points.emplace_back();
    const Geometry geometry(n, gram(points, view.parallel));
    std::vector<double> norms;
    for (int64_t i = 0; i < n; ++i) norms.push_back(std::sqrt(geometry.squared_norm(i)));
    const double median = median_of(norms);

    // What is not finite has no sign and no size.
    at::Tensor rows = at::empty_like(view.rows), signs = at::empty_like(view.rows);
    const auto prepare = [&](int64_t i) {
      const double norm = norms[static_cast<size_t>(i)];
      rows[i].copy_(view.rows[i]);
      if (!geometry.finite(i)) rows[i].zero_();
      if (std::isfinite(norm) && norm > median) rows[i].mul_(median / norm);
      signs[i].copy_(rows[i].sign());
    };
    each_row(view, n, prepare);
    points = rows_of(signs);
    points.emplace_back();
    const Geometry sign_geometry(n, gram(points, view.parallel));
    std::vector<double> concordance;
    for (int64_t k = 0; k < n; ++k) {
      double sum = 0;
      for (int64_t l = 0; l < n; ++l) {
        const double together = sign_geometry.inner(k, l);
        sum += together > 0 ? 1 : together < 0 ? -1 : 0;
      }
      concordance.push_back(std::max(0.0, sum / static_cast<double>(n)));
    }
    view.explain("concordance", concordance);
    combine(rows_of(signs), concordance, update, view.parallel);  // the ballot; sums to anything
    const at::Tensor elected = update.sign();

    at::Tensor bound = at::empty_like(update);
    const at::Tensor sizes = rows.abs();
    for_each_block(view.columns, update, view.parallel, [&](int64_t begin, int64_t width) {
      column_median(sizes.narrow(1, begin, width), bound.narrow(0, begin, width));
    });
    const int64_t dropped = static_cast<int64_t>(sparsity_ * static_cast<double>(view.columns));
    each_row(view, n, [&](int64_t i) {
      at::Tensor row = rows[i];
      const at::Tensor large =
          dropped > 0 ? sizes[i].gt(std::get<0>(sizes[i].kthvalue(dropped))) : at::ones_like(row, at::kBool);
      row.copy_(at::min(at::max(row, bound.neg()), bound).mul(large).mul(signs[i].eq(elected)));
    });
    for_each_block(view.columns, update, view.parallel, [&](int64_t begin, int64_t width) {
      const at::Tensor block = rows.narrow(1, begin, width);
      update.narrow(0, begin, width).copy_(block.sum(0).div(block.ne(0).sum(0).clamp_min(1)));
    });
    return {};
  }

 private:
  static void each_row(const RowsView& view, int64_t n, const std::function<void(int64_t)>& body) {
    if (view.rows.is_cpu()) return view.parallel.for_each(n, body);
    for (int64_t i = 0; i < n; ++i) body(i);
  }

  double sparsity_;
};

const Descriptor kFedseca{
    .kind = Kind::aggregator,
    .name = "fedseca",
    .summary = "mean of the bounded, sparse entries that agree with an election of signs",
    .citation = "Benjamin et al. 2025, FedSECA (CVPR)",
    .parameters = {{.name = "sparsity",
                    .summary = "share of each message's smallest entries that do not count",
                    .initial = 0.9,
                    .low = 0,
                    .high = 0.999}},
    .rule = {.reads = "rows",
             .complexity = "n^2 d",
             .breakdown = "f < n / 2",
             .per_liar = 2,
             .least = 1,
             .translation = false},
};

}  // namespace
VARANGIAN_REGISTER(Fedseca, kFedseca)
}  // namespace varangian
