#include "aggregators/spectrum.h"
#include "varangian/error.h"
#include "varangian/points.h"
#include "varangian/row_rule.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace varangian {
namespace {

// Divide and conquer: on a few random coordinates the messages that stick out along the direction of greatest
// variance are dropped; who is dropped in no repetition is averaged.
class Dnc final : public RowRule {
 public:
  explicit Dnc(const Values& values)
      : coordinates_(values.integer("coordinates")),
        repetitions_(values.integer("repetitions")),
        drop_(values.number("drop")) {}

  void check(int64_t n, int64_t f) const override {
    if (dropped(f) >= n) throw Error::format("drops {} messages in a repetition, and gets {}", dropped(f), n);
  }

  Decision decide(const RowsView& view, at::Tensor update) const override {
    const Points points = rows_of(view.rows);
    std::vector<char> kept(static_cast<size_t>(view.n()), 1);
    for (int64_t repetition = 0; repetition < repetitions_; ++repetition) {
      const std::vector<double> outlying = scores(view, repetition);
      view.explain(fmt::format("outlier score {}", repetition + 1), outlying);
      std::vector<char> here(kept.size(), 0);
      for (const int64_t i : smallest(outlying, view.n() - dropped(view.declared_f)))
        here[static_cast<size_t>(i)] = std::isfinite(outlying[static_cast<size_t>(i)]) ? 1 : 0;
      for (size_t i = 0; i < kept.size(); ++i) kept[i] = static_cast<char>(kept[i] & here[i]);
    }
    Coefficients c(kept.size(), 0.0);
    const auto count = std::count(kept.begin(), kept.end(), 1);
    for (size_t i = 0; i < kept.size(); ++i)
      if (kept[i] != 0) c[i] = 1.0 / static_cast<double>(count);
    combine(points, c, update, view.parallel);  // nobody left: 0, no step
    return {};
  }

 private:
  int64_t dropped(int64_t f) const { return static_cast<int64_t>(drop_ * static_cast<double>(f)); }

  // <v, x_i - mean>^2 on the drawn coordinates. A message that is not finite there, or anywhere, scores
  // infinity.
  std::vector<double> scores(const RowsView& view, int64_t repetition) const {
    const int64_t count = std::min(coordinates_, view.columns);
    const Permutation order(view.random, static_cast<uint64_t>(view.columns),
                            static_cast<uint32_t>(repetition), static_cast<uint64_t>(view.clock.round));
    std::vector<int64_t> drawn(static_cast<size_t>(count));
    for (int64_t i = 0; i < count; ++i)
      drawn[static_cast<size_t>(i)] = static_cast<int64_t>(order(static_cast<uint64_t>(i)));
    std::sort(drawn.begin(), drawn.end());
    const at::Tensor index = at::tensor(drawn, at::kLong).to(view.rows.device());
    const at::Tensor sample = view.rows.index_select(1, index);
    const at::Tensor clean = view.rows.sum(1).isfinite().cpu();  // an overflow of the sum counts too
    const Geometry geometry(view.n(), gram(rows_of(sample), view.parallel));
    std::vector<int64_t> finite;
    for (int64_t i = 0; i < view.n(); ++i)
      if (geometry.finite(i) && clean.const_data_ptr<bool>()[i]) finite.push_back(i);
    std::vector<double> all(static_cast<size_t>(view.n()), INFINITY);
    if (finite.empty()) return all;
    Coefficients mean(static_cast<size_t>(view.n()), 0.0);
    for (const int64_t i : finite) mean[static_cast<size_t>(i)] = 1.0 / static_cast<double>(finite.size());
    const std::vector<double> to_mean = geometry.squared_distances_to(mean);
    const size_t m = finite.size();
    std::vector<double> centred(m * m);
    for (size_t i = 0; i < m; ++i)
      for (size_t j = 0; j < m; ++j)
        centred[i * m + j] =
            (to_mean[static_cast<size_t>(finite[i])] + to_mean[static_cast<size_t>(finite[j])] -
             geometry.squared_distance(finite[i], finite[j])) /
            2;
    const Eigenpair top = top_eigenpair(centred);
    for (size_t i = 0; i < m; ++i)
      all[static_cast<size_t>(finite[i])] = std::max(0.0, top.value) * top.vector[i] * top.vector[i];
    return all;
  }

  int64_t coordinates_, repetitions_;
  double drop_;
};

const Descriptor kDnc{
    .kind = Kind::aggregator,
    .name = "dnc",
    .summary = "drops what sticks out along the greatest variance of random coordinates (divide and conquer)",
    .citation = "Shejwalkar, Houmansadr 2021, Manipulating the Byzantine (NDSS)",
    .parameters =
        {{.name = "coordinates", .summary = "drawn in a repetition", .initial = int64_t{10000}, .low = 1},
         {.name = "repetitions", .summary = "draws", .initial = int64_t{5}, .low = 1, .high = 1000},
         {.name = "drop",
          .summary = "messages dropped in a repetition, in units of f",
          .initial = 1.0,
          .low = 0}},
    .rule =
        {.reads = "rows", .complexity = "n d + n^2 b", .breakdown = "f < n / 2", .per_liar = 2, .least = 1},
};

}  // namespace
VARANGIAN_REGISTER(Dnc, kDnc)
}  // namespace varangian
