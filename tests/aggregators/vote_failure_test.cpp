#include "kernels/isa.h"
#include "support/catch.h"
#include "varangian/adversary.h"
#include "varangian/column_rule.h"
#include "varangian/signs.h"

#include <ATen/ATen.h>

#include <cmath>
#include <numeric>

// The theory behind Theorem 2 of arXiv 1810.05291: how often the vote of M workers is wrong in a coordinate
// whose gradient is S standard deviations of Gaussian noise, exactly and in simulation.
namespace varangian {
namespace {

double binomial(int n, int k, double p) {
  return std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + k * std::log(p) +
                  (n - k) * std::log1p(-p));
}

// Votes against the true sign: h honest workers err with q, the f liars with their own probability.
double exact_failure(int workers, int liars, double q, double liar_q) {
  double failure = 0;
  for (int a = 0; a <= workers - liars; ++a)
    for (int b = 0; b <= liars; ++b) {
      const double p = binomial(workers - liars, a, q) * (liars == 0 ? 1 : binomial(liars, b, liar_q));
      if (2 * (a + b) > workers) failure += p;
    }
  return failure;
}

double simulated_failure(int workers, int liars, double snr, const std::string& kind, int64_t trials) {
  std::vector<int64_t> ids(static_cast<size_t>(workers));
  std::iota(ids.begin(), ids.end(), 0);
  at::Tensor rows = at::empty({workers, trials});
  Random(workers * 1000 + liars, Purpose::noise).normal(rows, ids);
  rows.add_(snr);  // the true sign is plus
  if (liars > 0) {
    const Random random(5, Purpose::adversary);
    const at::Tensor own = rows.narrow(0, workers - liars, liars).clone(), none = at::zeros({trials});
    const auto adversary = make<BlindAdversary>(
        Kind::adversary, kind, values_for(Registry::instance().describe(Kind::adversary, kind)));
    adversary->forge({.own = own,
                      .workers = {ids.data() + workers - liars, static_cast<size_t>(liars)},
                      .count = workers,
                      .byzantine = liars,
                      .clock = {},
                      .last_update = none,
                      .random = random,
                      .state = {}},
                     rows.narrow(0, workers - liars, liars));
  }
  at::Tensor wire = at::empty({workers, (trials + 63) / 64}, at::kLong);
  pack_signs(rows, wire);
  const Random coins(1, Purpose::rule);
  at::Tensor update = at::empty({trials});
  make<ColumnRule>(Kind::aggregator, "majority_vote",
                   values_for(Registry::instance().describe(Kind::aggregator, "majority_vote")))
      ->aggregate({.encoding = Encoding::signs,
                   .rows = wire,
                   .begin = 0,
                   .width = trials,
                   .declared_f = liars,
                   .clock = {},
                   .last_update = at::zeros({trials}),
                   .random = coins},
                  update);
  return update.lt(0).sum().item<double>() / static_cast<double>(trials);
}

}  // namespace

TEST_CASE("the exact vote failure reproduces the table of paper values", "[theory]") {
  const double q = 0.5 * std::erfc(0.5 / std::sqrt(2.0));
  CHECK(exact_failure(27, 0, q, 0) == Approx(0.018372).epsilon(1e-4));
  CHECK(exact_failure(27, 4, q, 1 - q) == Approx(0.066813).epsilon(1e-4));
  CHECK(exact_failure(27, 9, q, 1 - q) == Approx(0.234630).epsilon(1e-4));
  CHECK(exact_failure(27, 13, q, 1 - q) == Approx(0.467766).epsilon(1e-4));
  CHECK(exact_failure(7, 2, q, 0.5) == Approx(0.218129).epsilon(1e-4));
  CHECK(exact_failure(27, 9, q, 0.5) == Approx(0.082790).epsilon(1e-4));
}

TEST_CASE("simulated votes fail as often as theory says", "[theory]") {
#if defined(VARANGIAN_SANITIZED)
  constexpr int64_t kTrials = 20000;
#else
  constexpr int64_t kTrials = 200000;
#endif
  for (const double snr : {0.1, 0.5, 1.0})
    for (const auto& [workers, liars] :
         {std::pair(27, 0), {27, 4}, {27, 9}, {27, 13}, {7, 1}, {7, 3}, {101, 40}})
      for (const std::string kind : {"sign_flip", "random_sign"}) {
        const double q = 0.5 * std::erfc(snr / std::sqrt(2.0));
        const double exact = exact_failure(workers, liars, q, kind == "sign_flip" ? 1 - q : 0.5);
        const double deviation = std::sqrt(exact * (1 - exact) / kTrials);
        INFO("M " << workers << ", liars " << liars << ", S " << snr << ", " << kind);
        CHECK(std::abs(simulated_failure(workers, liars, snr, kind, kTrials) - exact) < 5 * deviation + 1e-9);
        // The bound of Theorem 2 says something where it is below one half.
        const double bound = 1 / ((1 - 2.0 * liars / workers) * std::sqrt(workers) * snr);
        if (kind == "sign_flip" && bound < 0.5) CHECK(exact <= bound);
      }
}

}  // namespace varangian
