#include "kernels/isa.h"
#include "support/apply_rule.h"
#include "support/catch.h"

#include <cmath>

// (f, kappa)-robustness (Allouah et al. 2023, arXiv 2302.01772, Definition 2): for every choice S of n - f
// messages |update - mean(S)|^2 <= kappa / |S| sum_S |x_i - mean(S)|^2, whatever the others send. A search
// for messages that break it, at random and by the attacks that hurt most, must stay below the bounds of that
// paper.
namespace varangian {
namespace {

/// |update - mean|^2 over the mean squared deviation of the honest ones.
double coefficient(const at::Tensor& update, const at::Tensor& honest) {
  const at::Tensor mean = honest.mean(0);
  const double spread = honest.sub(mean).square().sum(1).mean().item<double>();
  return update.sub(mean).square().sum().item<double>() / spread;
}

/// Liars' rows, all the same, by attack number; `size` is how far they go, in standard deviations.
at::Tensor lies(int64_t attack, const at::Tensor& honest, double size, uint64_t seed) {
  const at::Tensor mean = honest.mean(0), deviation = honest.std(0, false);
  switch (attack % 5) {
    case 0:
      return mean.sub(deviation.mul(size));  // a little is enough
    case 1:
      return mean.mul(-size);  // inner product
    case 2:
      return mean.add(normal_matrix(1, honest.size(1), seed)[0].mul(size));  // anywhere
    case 3:
      return honest[0].add(honest[0].sub(mean).mul(size));  // beyond one of them
    default:
      return mean.add(normal_matrix(1, honest.size(1), seed)[0].mul(1e4 * (1 + size)));  // far away
  }
}

#if defined(VARANGIAN_SANITIZED)
constexpr uint64_t kSearches = 6;  // of each kind at least once
#else
constexpr uint64_t kSearches = 40;
#endif

/// The worst of many searches.
double worst(const std::string& rule, const std::vector<std::string>& pre, int64_t n, int64_t f) {
  double most = 0;
  for (uint64_t seed = 0; seed < kSearches; ++seed)
    for (const int64_t columns : {1, 2, 50}) {
      at::Tensor honest = normal_matrix(n - f, columns, 1000 + seed);
      if (seed % 3 == 1) honest = honest.sign().add(honest.mul(1e-3));  // two camps
      if (seed % 3 == 2) honest[0].mul_(20);                            // one that differs
      for (const double size : {0.1, 0.5, 1.0, 1.5, 3.0, 10.0}) {
        const at::Tensor rows =
            at::cat({honest, lies(static_cast<int64_t>(seed), honest, size, seed).expand({f, columns})});
        most = std::max(most, coefficient(Server(rule, {}, pre).round(rows, f), honest));
      }
    }
  return most;
}

}  // namespace

TEST_CASE("no search finds a rule less robust than proven", "[conformance][robustness]") {
  for (const auto& [n, f] : {std::pair<int64_t, int64_t>{7, 1}, {11, 3}, {15, 5}}) {
    const double r = static_cast<double>(f) / static_cast<double>(n - 2 * f);
    const std::map<std::string, double> proven = {{"trimmed_mean", 6 * r * (1 + r)},
                                                  {"krum", 6 * (1 + r)},
                                                  {"geometric_median", 4 * (1 + r) * (1 + r)},
                                                  {"median", 4 * (1 + r) * (1 + r)}};
    for (const auto& [rule, kappa] : proven) {
      INFO(rule << ", n " << n << ", f " << f);
      const double found = worst(rule, {}, n, f);
      CHECK(found <= kappa);
      CHECK(found > 0);
      const double mixed = 8 * static_cast<double>(f) / static_cast<double>(n - f) * (kappa + 1);
      CHECK(worst(rule, {"nnm"}, n, f) <= mixed);
    }
  }
}

TEST_CASE("the search breaks what has no defence", "[conformance][robustness]") {
  CHECK(worst("mean", {}, 11, 3) > 1e6);
}

}  // namespace varangian
