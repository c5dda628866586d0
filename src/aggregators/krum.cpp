#include "aggregators/krum_scores.h"
#include "varangian/error.h"
#include "varangian/gram_rule.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace varangian {

KrumVariant::KrumVariant(const std::string& name)
    : power(name == "plain"          ? 1
            : name == "fourth_power" ? 4
                                     : 2),
      fewer(name == "byzfl" || name == "plain" ? 1 : 2) {}

std::vector<double> krum_scores(const Geometry& geometry, const std::vector<int64_t>& chosen, int64_t f,
                                const KrumVariant& variant) {
  std::vector<double> scores(static_cast<size_t>(geometry.n()), std::numeric_limits<double>::infinity());
  const int64_t neighbours = std::max<int64_t>(0, static_cast<int64_t>(chosen.size()) - f - variant.fewer);
  for (const int64_t i : chosen) {
    if (!geometry.finite(i)) continue;
    std::vector<double> others;
    for (const int64_t j : chosen) {
      const double squared = geometry.squared_distance(i, j);
      if (j != i) others.push_back(variant.power == 2 ? squared : std::pow(squared, variant.power / 2));
    }
    std::sort(others.begin(), others.end());
    scores[static_cast<size_t>(i)] = std::accumulate(others.begin(), others.begin() + neighbours, 0.0);
  }
  return scores;
}

namespace {

const Parameter kVariant = {.name = "variant",
                            .summary =
                                "paper: squared distances to n - f - 2 others; byzfl: to n - f - 1; plain: "
                                "distances to n - f - 1; fourth_power: of distances to n - f - 2",
                            .initial = std::string("paper"),
                            .choices = {"paper", "byzfl", "plain", "fourth_power"}};
constexpr const char* kSource = "Blanchard, El Mhamdi, Guerraoui, Stainer 2017, arXiv 1703.02757";

std::vector<int64_t> best(const GramView& view, const KrumVariant& variant, int64_t count) {
  std::vector<int64_t> all(static_cast<size_t>(view.n()));
  std::iota(all.begin(), all.end(), 0);
  const std::vector<double> scores = krum_scores(view.geometry, all, view.declared_f, variant);
  view.explain("score", scores);
  std::vector<int64_t> chosen = smallest(scores, count);
  std::erase_if(chosen, [&](int64_t i) { return !view.geometry.finite(i); });
  return chosen;
}

// The message nearest to its neighbours. Of equal scores the lowest row.
class Krum final : public GramRule {
 public:
  explicit Krum(const Values& values) : variant_(values.text("variant")) {}

  Coefficients coefficients(const GramView& view) const override {
    return view.geometry.average(best(view, variant_, 1));
  }

 private:
  KrumVariant variant_;
};

// The mean of the m messages of least score.
class MultiKrum final : public GramRule {
 public:
  explicit MultiKrum(const Values& values) : variant_(values.text("variant")), m_(values.integer("m")) {}

  void check(int64_t n, int64_t) const override {
    if (m_ > n) throw Error::format("averages m = {} messages, and gets {}", m_, n);
  }

  Coefficients coefficients(const GramView& view) const override {
    return view.geometry.average(best(view, variant_, m_ == 0 ? view.n() - view.declared_f : m_));
  }

 private:
  KrumVariant variant_;
  int64_t m_;
};

const Descriptor kKrum{
    .kind = Kind::aggregator,
    .name = "krum",
    .summary = "the message with the least sum of squared distances to its nearest neighbours",
    .citation = kSource,
    .parameters = {kVariant},
    .rule = {.reads = "gram", .complexity = "n^2 d", .breakdown = "2 f + 2 < n", .per_liar = 2, .least = 3},
};
const Descriptor kMultiKrum{
    .kind = Kind::aggregator,
    .name = "multi_krum",
    .summary = "mean of the m messages with the least Krum scores",
    .citation = kSource,
    .parameters = {kVariant,
                   {.name = "m", .summary = "messages averaged; 0: n - f", .initial = int64_t{0}, .low = 0}},
    .rule = {.reads = "gram", .complexity = "n^2 d", .breakdown = "2 f + 2 < n", .per_liar = 2, .least = 3},
};

}  // namespace
VARANGIAN_REGISTER(Krum, kKrum)
VARANGIAN_REGISTER(MultiKrum, kMultiKrum)
}  // namespace varangian
