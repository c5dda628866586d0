#include "aggregators/krum_scores.h"
#include "varangian/error.h"
#include "varangian/points.h"
#include "varangian/row_rule.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace varangian {
namespace {

// Inside a task there is nobody to share with.
class Alone final : public Parallel {
 public:
  void for_each(int64_t count, const std::function<void(int64_t)>& task) override {
    for (int64_t i = 0; i < count; ++i) task(i);
  }
};

// Gradient splitting: Krum on each of many random groups of coordinates; a message scores its distances to
// the choices, and the n - f with the least total are averaged.
class Gas final : public RowRule {
 public:
  explicit Gas(const Values& values) : groups_(values.integer("groups")) {}

  Decision decide(const RowsView& view, at::Tensor update) const override {
    const int64_t n = view.n(), groups = std::min(groups_, view.columns);
    const Permutation order(view.random, static_cast<uint64_t>(view.columns), 2,
                            static_cast<uint64_t>(view.clock.round));
    std::vector<std::vector<double>> far(static_cast<size_t>(groups));
    const auto group = [&](int64_t g) {
      const int64_t begin = view.columns * g / groups, end = view.columns * (g + 1) / groups;
      std::vector<int64_t> columns;
      for (int64_t j = begin; j < end; ++j)
        columns.push_back(static_cast<int64_t>(order(static_cast<uint64_t>(j))));
      std::sort(columns.begin(), columns.end());
      Alone alone;
      const at::Tensor part =
          view.rows.index_select(1, at::tensor(columns, at::kLong).to(view.rows.device()));
      const Geometry geometry(n, gram(rows_of(part), alone));
      std::vector<int64_t> all(static_cast<size_t>(n));
      std::iota(all.begin(), all.end(), 0);
      const int64_t choice =
          smallest(krum_scores(geometry, all, view.declared_f, KrumVariant("paper")), 1).front();
      for (int64_t i = 0; i < n; ++i)
        far[static_cast<size_t>(g)].push_back(std::sqrt(geometry.squared_distance(i, choice)));
    };
    if (view.rows.is_cpu())
      view.parallel.for_each(groups, group);
    else
      for (int64_t g = 0; g < groups; ++g) group(g);

    std::vector<double> score(static_cast<size_t>(n), 0.0);
    for (const std::vector<double>& distances : far)
      for (size_t i = 0; i < score.size(); ++i) score[i] += distances[i];
    view.explain("score", score);
    std::vector<int64_t> chosen = smallest(score, n - view.declared_f);
    std::erase_if(chosen, [&](int64_t i) { return !std::isfinite(score[static_cast<size_t>(i)]); });
    Coefficients c(score.size(), 0.0);
    for (const int64_t i : chosen) c[static_cast<size_t>(i)] = 1.0 / static_cast<double>(chosen.size());
    combine(rows_of(view.rows), c, update, view.parallel);
    return {};
  }

 private:
  int64_t groups_;
};

const Descriptor kGas{
    .kind = Kind::aggregator,
    .name = "gas",
    .summary = "mean of the n - f messages nearest to Krum's choices on random groups of coordinates",
    .citation = "Liu et al. 2023, arXiv 2302.06079",
    .parameters = {{.name = "groups", .summary = "of coordinates", .initial = int64_t{1000}, .low = 1}},
    .rule = {.reads = "rows", .complexity = "n^2 d", .breakdown = "2 f + 2 < n", .per_liar = 2, .least = 3},
};

}  // namespace
VARANGIAN_REGISTER(Gas, kGas)
}  // namespace varangian
