#include "varangian/error.h"
#include "varangian/gram_rule.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace varangian {
namespace {

// Which messages are farther apart than a radius: the ones that must not stay together.
class Conflicts {
 public:
  Conflicts(const std::vector<std::vector<double>>& squared, double radius) : apart_(squared.size()) {
    for (size_t i = 0; i < squared.size(); ++i)
      for (size_t j = 0; j < squared.size(); ++j)
        if (i != j && squared[i][j] > radius) apart_[i].push_back(j);
  }

  const std::vector<size_t>& of(size_t i) const { return apart_[i]; }

  // Can all conflicts among `alive` be removed by taking out at most `budget` of them? Branches on the
  // message with most conflicts: out goes either it or everything that it is in conflict with.
  bool removable(std::vector<char>& alive, int64_t budget) const {
    size_t worst = 0, most = 0, edges = 0;
    for (size_t i = 0; i < apart_.size(); ++i) {
      const size_t degree = alive[i] != 0 ? degree_of(i, alive) : 0;
      edges += degree;
      if (degree > most) {
        most = degree;
        worst = i;
      }
    }
    if (most == 0) return true;
    if (budget <= 0 || edges / 2 > static_cast<size_t>(budget) * most) return false;
    if (most == 1) return edges / 2 <= static_cast<size_t>(budget);

    alive[worst] = 0;
    const bool without = removable(alive, budget - 1);
    alive[worst] = 1;
    if (without) return true;
    if (static_cast<int64_t>(most) > budget) return false;
    std::vector<size_t> out;
    for (const size_t j : apart_[worst])
      if (alive[j] != 0) out.push_back(j);
    for (const size_t j : out) alive[j] = 0;
    const bool with = removable(alive, budget - static_cast<int64_t>(most));
    for (const size_t j : out) alive[j] = 1;
    return with;
  }

 private:
  size_t degree_of(size_t i, const std::vector<char>& alive) const {
    return static_cast<size_t>(
        std::count_if(apart_[i].begin(), apart_[i].end(), [&](size_t j) { return alive[j] != 0; }));
  }

  std::vector<std::vector<size_t>> apart_;
};

// Minimum-diameter averaging: the mean of the n - f messages with the least largest distance between two of
// them. Exact: for a radius, taking out f messages so that none is farther than it from another is a vertex
// cover, and the radius is found by bisection. Of equal subsets the first in the order of their rows.
class Mda final : public GramRule {
 public:
  explicit Mda(const Values& values) : seconds_(values.number("seconds")) {}

  void check(int64_t n, int64_t f) const override {
    // Measured: a node of the search costs about n^2 / 2 ns, and there are at most 1.47^f of them.
    const double size = static_cast<double>(n);
    const double expected =
        std::pow(1.47, static_cast<double>(f)) * size * size * 0.5e-9 * std::log2(size * size);
    if (expected > seconds_)
      throw Error::format("may need {:.2g} s a round for n = {}, f = {}, and /aggregator/seconds allows {}",
                          expected, n, f, seconds_);
  }

  Coefficients coefficients(const GramView& view) const override {
    const Geometry& geometry = view.geometry;
    const std::vector<int64_t> finite = geometry.finite_messages();
    const int64_t keep = std::min(view.n() - view.declared_f, static_cast<int64_t>(finite.size()));
    const int64_t budget = static_cast<int64_t>(finite.size()) - keep;
    std::vector<std::vector<double>> squared(finite.size(), std::vector<double>(finite.size(), 0.0));
    std::set<double> all = {0.0};
    for (size_t i = 0; i < finite.size(); ++i)
      for (size_t j = 0; j < i; ++j) {
        squared[i][j] = squared[j][i] = geometry.squared_distance(finite[i], finite[j]);
        all.insert(squared[i][j]);
      }
    const std::vector<double> radii(all.begin(), all.end());
    const auto least = std::partition_point(radii.begin(), radii.end(), [&](double radius) {
      std::vector<char> alive(finite.size(), 1);
      return !Conflicts(squared, radius).removable(alive, budget);
    });
    std::vector<int64_t> chosen;
    for (const size_t i : first_subset(Conflicts(squared, *least), finite.size(), budget))
      chosen.push_back(finite[i]);
    view.explain("diameter", {std::sqrt(*least)});
    return geometry.average(chosen);
  }

 private:
  // Takes each message in turn where the rest can still be completed without it being one too many out.
  static std::vector<size_t> first_subset(const Conflicts& conflicts, size_t n, int64_t budget) {
    const size_t keep = n - static_cast<size_t>(budget);
    std::vector<char> undecided(n, 1);
    std::vector<size_t> chosen;
    int64_t left = budget;  // how many may still go out
    for (size_t i = 0; i < n && chosen.size() < keep; ++i) {
      if (undecided[i] == 0) continue;
      std::vector<size_t> out;
      for (const size_t j : conflicts.of(i))
        if (undecided[j] != 0) out.push_back(j);
      undecided[i] = 0;
      for (const size_t j : out) undecided[j] = 0;
      const int64_t after = left - static_cast<int64_t>(out.size());
      if (after >= 0 && conflicts.removable(undecided, after)) {
        left = after;
        chosen.push_back(i);
      } else {
        for (const size_t j : out) undecided[j] = 1;
        --left;
      }
    }
    return chosen;
  }

  double seconds_;
};

const Descriptor kMda{
    .kind = Kind::aggregator,
    .name = "mda",
    .summary = "mean of the n - f messages that lie closest together (minimum diameter)",
    .citation = "Rousseeuw 1985; El Mhamdi, Guerraoui, Guirguis, Hoang, Rouault 2020 (PODC)",
    .parameters = {{.name = "seconds",
                    .summary = "refused where a round might take longer",
                    .initial = 60.0,
                    .low = 0,
                    .unit = "s"}},
    .rule = {.reads = "gram",
             .complexity = "n^2 d + 1.47^f n^2",
             .breakdown = "f < n / 2",
             .per_liar = 2,
             .least = 1},
};

}  // namespace
VARANGIAN_REGISTER(Mda, kMda)
}  // namespace varangian
