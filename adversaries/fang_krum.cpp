#include "varangian/adversary.h"
#include "varangian/points.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace varangian {
namespace {

// Against Krum: minus the signs of the honest mean, as long as Krum still picks it among the honest messages.
class FangKrum final : public OmniscientAdversary {
 public:
  explicit FangKrum(const Values& values)
      : partial_(values.text("knowledge") == "partial"), halves_(values.text("search") == "halving") {}

  bool reads_own() const override { return partial_; }

  void forge(const OmniscientView& view, at::Tensor messages) const override {
    const at::Tensor benign = partial_ ? view.own : view.honest.rows();
    const at::Tensor signs = (partial_ ? benign.mean(0) : view.honest.mean()).sign();
    Points points = rows_of(benign);
    points.push_back(signs);
    points.emplace_back();
    const int64_t m = benign.size(0);
    const Geometry geometry(m + 1, gram(points, view.parallel));
    double length = 0;
    // Who knows only his own tries with one supporter, then with more, up to as many as there are liars.
    for (int64_t liars = partial_ ? 1 : view.byzantine; liars <= view.byzantine && length == 0; ++liars)
      length = longest(geometry, m, liars);
    send_all(signs.mul(-length), messages);
  }

 private:
  double longest(const Geometry& geometry, int64_t m, int64_t liars) const {
    double norms = 0;
    for (int64_t i = 0; i < m; ++i) norms += std::sqrt(geometry.squared_norm(i)) / static_cast<double>(m);
    const double unit = std::sqrt(std::max(geometry.squared_norm(m), 1e-30));
    double high = 10 * norms / unit, low = 0;
    if (halves_) {
      for (; high >= 1e-5; high /= 2)
        if (is_picked(geometry, m, liars, high)) return high;
      return 0;
    }
    for (int step = 0; step < 30; ++step) {
      const double middle = (low + high) / 2;
      (is_picked(geometry, m, liars, middle) ? low : high) = middle;
    }
    return low;
  }

  // Krum's score with its n - f - 2 nearest others: of a liar, who has f - 1 fellows at no distance, against
  // the honest ones'.
  static bool is_picked(const Geometry& geometry, int64_t m, int64_t liars, double length) {
    const int64_t nearest = std::max<int64_t>(1, m - 2);
    std::vector<double> to_lie;
    for (int64_t i = 0; i < m; ++i)
      to_lie.push_back(geometry.squared_norm(i) + 2 * length * geometry.inner(i, m) +
                       length * length * geometry.squared_norm(m));
    const auto score = [&](std::vector<double> distances) {
      std::sort(distances.begin(), distances.end());
      distances.resize(std::min(distances.size(), static_cast<size_t>(nearest)));
      return std::accumulate(distances.begin(), distances.end(), 0.0);
    };
    std::vector<double> from_lie = to_lie;
    from_lie.insert(from_lie.end(), static_cast<size_t>(liars - 1), 0.0);
    const double lie = score(from_lie);
    for (int64_t i = 0; i < m; ++i) {
      std::vector<double> others(static_cast<size_t>(liars), to_lie[static_cast<size_t>(i)]);
      for (int64_t j = 0; j < m; ++j)
        if (j != i) others.push_back(geometry.squared_distance(i, j));
      if (score(others) <= lie) return false;
    }
    return true;
  }

  bool partial_, halves_;
};

const Descriptor kFangKrum{
    .kind = Kind::adversary,
    .name = "fang_krum",
    .summary = "minus the honest mean's signs, as long as Krum still picks it",
    .citation = "Fang, Cao, Jia, Gong 2020, arXiv 1911.11815",
    .parameters = {{.name = "knowledge",
                    .summary =
                        "full: all honest messages; partial: what its own workers would send, with one "
                        "supporter, then more",
                    .initial = std::string("full"),
                    .choices = {"full", "partial"}},
                   {.name = "search",
                    .summary = "for the length: bisection, or halving from ten mean norms as in the paper",
                    .initial = std::string("bisection"),
                    .choices = {"bisection", "halving"}}},
    .knowledge = "omniscient",
};

}  // namespace
VARANGIAN_REGISTER(FangKrum, kFangKrum)
}  // namespace varangian
