#include "aggregators/spectrum.h"
#include "varangian/error.h"
#include "varangian/gram_rule.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace varangian {
namespace {

using Subset = std::vector<size_t>;

// Messages as squared distances; all that the search asks of them.
class Cloud {
 public:
  Cloud(const Geometry& geometry, std::vector<int64_t> messages)
      : messages_(std::move(messages)), squared_(size() * size()) {
    for (size_t i = 0; i < size(); ++i)
      for (size_t j = 0; j < size(); ++j)
        squared_[i * size() + j] = geometry.squared_distance(messages_[i], messages_[j]);
  }

  size_t size() const { return messages_.size(); }
  int64_t message(size_t i) const { return messages_[i]; }

  /// <x_i - x_r, x_j - x_r>
  double inner(size_t i, size_t j, size_t r) const {
    return (squared_[i * size() + r] + squared_[j * size() + r] - squared_[i * size() + j]) / 2;
  }

  /// The largest eigenvalue of the scatter of a subset about its mean.
  double scatter(const Subset& subset) const {
    const size_t k = subset.size();
    std::vector<double> mean(k, 0.0);
    double all = 0;
    for (size_t i = 0; i < k; ++i) {
      for (size_t j = 0; j < k; ++j) mean[i] += squared_[subset[i] * size() + subset[j]];
      mean[i] /= static_cast<double>(k);
      all += mean[i] / static_cast<double>(k);
    }
    std::vector<double> centred(k * k);
    for (size_t i = 0; i < k; ++i)
      for (size_t j = 0; j < k; ++j)
        centred[i * k + j] = (mean[i] + mean[j] - all - squared_[subset[i] * size() + subset[j]]) / 2;
    return top_eigenvalue(centred);
  }

 private:
  std::vector<int64_t> messages_;
  std::vector<double> squared_;
};

// Is there a subset of `keep` messages whose scatter has its largest eigenvalue below a bound t? Messages are
// taken one by one. Scatter only grows with them, and it is below t exactly when t (I + 1 1^T) - G is
// positive definite, G being the inner products about the first message taken; so each step adds a row to a
// Cholesky factor, and a pivot that is not positive ends the branch.
class Search {
 public:
  Search(const Cloud& cloud, size_t keep, double bound)
      : cloud_(cloud), keep_(keep), bound_(bound), factor_(keep * keep) {}

  bool run() { return step(0); }
  const Subset& found() const { return taken_; }

 private:
  bool step(size_t next) {
    if (taken_.size() == keep_) return true;
    if (cloud_.size() - next + taken_.size() < keep_) return false;
    if (fits(next)) {
      taken_.push_back(next);
      if (step(next + 1)) return true;
      taken_.pop_back();
    }
    return step(next + 1);
  }

  bool fits(size_t x) {
    if (taken_.empty()) return true;
    const size_t m = taken_.size() - 1, root = taken_.front();
    double* row = &factor_[m * keep_];
    double pivot = 2 * bound_ - cloud_.inner(x, x, root);
    for (size_t i = 0; i < m; ++i) {
      double value = bound_ - cloud_.inner(x, taken_[i + 1], root);
      const double* other = &factor_[i * keep_];
      for (size_t j = 0; j < i; ++j) value -= row[j] * other[j];
      row[i] = value / other[i];
      pivot -= row[i] * row[i];
    }
    if (!(pivot > 0)) return false;
    row[m] = std::sqrt(pivot);
    return true;
  }

  const Cloud& cloud_;
  size_t keep_;
  double bound_;
  std::vector<double> factor_;
  Subset taken_;
};

// Smallest maximum eigenvalue averaging: the mean of the n - f messages whose covariance has the least
// largest eigenvalue. Exact, by bounded search from a good start.
class Smea final : public GramRule {
 public:
  explicit Smea(const Values& values) : seconds_(values.number("seconds")) {}

  void check(int64_t n, int64_t f) const override {
    double subsets = 1;
    for (int64_t i = 1; i <= f; ++i) subsets *= static_cast<double>(n - f + i) / static_cast<double>(i);
    const double expected = subsets * kSecondsEach;
    if (expected > seconds_)
      throw Error::format(
          "may need {:.2g} s a round for the {:.3g} subsets of n = {}, f = {}, and its parameter "
          "seconds allows {}",
          expected, subsets, n, f, seconds_);
  }

  Coefficients coefficients(const GramView& view) const override {
    const Cloud cloud(view.geometry, inside_out(view.geometry));
    const size_t keep = std::min(static_cast<size_t>(view.n() - view.declared_f), cloud.size());
    Subset best = improved(cloud, greedy(cloud, keep));
    double least = cloud.scatter(best);
    while (least > 0) {
      Search search(cloud, keep, least * (1 - 1e-9));  // better by more than rounding
      if (!search.run()) break;
      best = improved(cloud, search.found());
      const double now = cloud.scatter(best);
      if (!(now < least)) break;
      least = now;
    }
    view.explain("largest eigenvalue of the covariance",
                 {least / static_cast<double>(std::max<size_t>(keep, 1))});
    std::vector<int64_t> chosen;
    for (const size_t i : best) chosen.push_back(cloud.message(i));
    std::sort(chosen.begin(), chosen.end());
    return view.geometry.average(chosen);
  }

 private:
  static constexpr double kSecondsEach = 1e-6;

  // Far messages first: with them a branch ends early.
  static std::vector<int64_t> inside_out(const Geometry& geometry) {
    const std::vector<int64_t> finite = geometry.finite_messages();
    std::vector<double> far;
    for (const int64_t i : finite) {
      double sum = 0;
      for (const int64_t j : finite) sum -= geometry.squared_distance(i, j);
      far.push_back(sum);
    }
    std::vector<int64_t> order = smallest(far, static_cast<int64_t>(far.size()));
    for (int64_t& i : order) i = finite[static_cast<size_t>(i)];
    return order;
  }

  // Takes out one message at a time, the one without which the rest is tightest.
  static Subset greedy(const Cloud& cloud, size_t keep) {
    Subset subset(cloud.size());
    std::iota(subset.begin(), subset.end(), 0);
    while (subset.size() > keep) {
      std::pair<double, size_t> best(INFINITY, 0);
      for (size_t out = 0; out < subset.size(); ++out) {
        Subset rest = subset;
        rest.erase(rest.begin() + static_cast<int64_t>(out));
        best = std::min(best, {cloud.scatter(rest), out});
      }
      subset.erase(subset.begin() + static_cast<int64_t>(best.second));
    }
    return subset;
  }

  // Swaps one message against another as long as that helps.
  static Subset improved(const Cloud& cloud, Subset subset) {
    double least = cloud.scatter(subset);
    for (bool better = true; better;) {
      better = false;
      for (size_t i = 0; i < subset.size(); ++i)
        for (size_t x = 0; x < cloud.size(); ++x) {
          if (std::find(subset.begin(), subset.end(), x) != subset.end()) continue;
          Subset other = subset;
          other[i] = x;
          const double now = cloud.scatter(other);
          if (!(now < least * (1 - 1e-9))) continue;
          least = now;
          subset = other;
          better = true;
        }
    }
    return subset;
  }

  double seconds_;
};

const Descriptor kSmea{
    .kind = Kind::aggregator,
    .name = "smea",
    .summary = "mean of the n - f messages whose covariance has the least largest eigenvalue",
    .citation = "Allouah et al. 2023, arXiv 2302.04787",
    .parameters = {{.name = "seconds",
                    .summary = "refused where a round might take longer",
                    .initial = 60.0,
                    .low = 0,
                    .unit = "s"}},
    .rule = {.reads = "gram",
             .complexity = "n^2 d + C(n, f)",
             .breakdown = "f < n / 2",
             .per_liar = 2,
             .least = 1},
};

}  // namespace
VARANGIAN_REGISTER(Smea, kSmea)
}  // namespace varangian
