#include "aggregators/krum_scores.h"
#include "varangian/columns.h"
#include "varangian/points.h"
#include "varangian/row_rule.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <numeric>

namespace varangian {
namespace {

// First Krum again and again, each time on what is left; then, coordinate by coordinate, the mean of the
// chosen values nearest to their median. Peers' readings are variants.
class Bulyan final : public RowRule {
 public:
  explicit Bulyan(const Values& values) : variant_(values.text("variant")) {}

  Decision decide(const RowsView& view, at::Tensor update) const override {
    Points points = rows_of(view.rows);
    const Geometry geometry(view.n(), gram(points, view.parallel));
    const int64_t f = view.declared_f, n = view.n();
    const Mixing chosen = variant_ == "paper"                ? by_krum(geometry, f)
                          : variant_ == "byzantine_momentum" ? by_means(geometry, f, false)
                                                             : by_means(geometry, f, true);
    const int64_t count = static_cast<int64_t>(chosen.rows.size());
    if (view.explanation != nullptr) {
      std::vector<double> picks(static_cast<size_t>(n), 0.0);
      for (const Coefficients& row : chosen.rows)
        for (size_t i = 0; i < picks.size(); ++i) picks[i] += row[i];
      view.explain("chosen", picks);
    }
    for_each_block(view.columns, update, view.parallel, [&](int64_t begin, int64_t width) {
      at::Tensor block = at::empty({count, width}, update.options());
      mix(points, chosen, begin, block);
      at::Tensor out = update.narrow(0, begin, width);
      if (variant_ == "krum")
        column_trimmed_mean(block, std::min(f, (count - 1) / 2), out);
      else
        column_mean_around(block, variant_ == "paper" ? Centre::median : Centre::lower_median, 0,
                           std::max<int64_t>(1, count - 2 * f), out);
    });
    return {};
  }

 private:
  // n - 2 f times Krum's choice. At the last steps fewer than f + 3 messages are left, and no neighbour
  // counts: then the lowest row goes.
  Mixing by_krum(const Geometry& geometry, int64_t f) const {
    std::vector<int64_t> left(static_cast<size_t>(geometry.n()));
    std::iota(left.begin(), left.end(), 0);
    Mixing mixing{.points = geometry.points(), .rows = {}};
    const int64_t count = std::max<int64_t>(1, geometry.n() - 2 * f);
    while (static_cast<int64_t>(mixing.rows.size()) < count) {
      const int64_t best = smallest(krum_scores(geometry, left, f, KrumVariant("paper")), 1).front();
      mixing.rows.push_back(geometry.finite(best) ? only(geometry, {best}) : lost(geometry.points()));
      std::erase(left, best);
    }
    return mixing;
  }

  // The LPD family: n - 2 f - 2 means of best messages. `rescored` (krum): scores of what is left, and the
  // message nearest to the mean leaves; else (ByzantineMomentum) the scores stay those of the first step,
  // sums of plain distances to n - f - 2 others, and the best one leaves.
  Mixing by_means(const Geometry& geometry, int64_t f, bool rescored) const {
    const int64_t n = geometry.n(), count = std::max<int64_t>(1, n - 2 * f - 2);
    std::vector<int64_t> left(static_cast<size_t>(n));
    std::iota(left.begin(), left.end(), 0);
    KrumVariant variant("paper");
    if (!rescored) variant.power = 1;
    std::vector<double> scores = krum_scores(geometry, left, f, variant);
    Mixing mixing{.points = geometry.points(), .rows = {}};
    for (int64_t step = 0; step < count; ++step) {
      if (rescored) scores = krum_scores(geometry, left, f, variant);
      std::vector<int64_t> best = smallest(scores, std::max<int64_t>(1, n - f - 2 - step));
      std::erase_if(best, [&](int64_t i) { return !geometry.finite(i); });
      mixing.rows.push_back(best.empty() ? lost(geometry.points()) : only(geometry, best));
      if (best.empty()) continue;
      if (!rescored) {
        scores[static_cast<size_t>(best.front())] = std::numeric_limits<double>::infinity();
        continue;
      }
      const std::vector<double> squared = geometry.squared_distances_to(mixing.rows.back());
      int64_t nearest = left.front();
      for (const int64_t i : left)
        if (squared[static_cast<size_t>(i)] < squared[static_cast<size_t>(nearest)]) nearest = i;
      std::erase(left, nearest);
    }
    return mixing;
  }

  static Coefficients only(const Geometry& geometry, const std::vector<int64_t>& chosen) {
    Coefficients c(static_cast<size_t>(geometry.points()), 0.0);
    for (const int64_t i : chosen) c[static_cast<size_t>(i)] = 1.0 / static_cast<double>(chosen.size());
    return c;
  }

  std::string variant_;
};

const Descriptor kBulyan{
    .kind = Kind::aggregator,
    .name = "bulyan",
    .summary = "Krum's choices one after another, then their mean around the coordinate-wise median",
    .citation = "El Mhamdi, Guerraoui, Rouault 2018, arXiv 1802.07927",
    .parameters = {{.name = "variant",
                    .summary = "paper; or what ByzantineMomentum and Garfield, or the package krum, compute",
                    .initial = std::string("paper"),
                    .choices = {"paper", "byzantine_momentum", "krum"}}},
    .rule = {.reads = "rows", .complexity = "n^2 d", .breakdown = "4 f + 2 < n", .per_liar = 4, .least = 3},
};

}  // namespace
VARANGIAN_REGISTER(Bulyan, kBulyan)
}  // namespace varangian
