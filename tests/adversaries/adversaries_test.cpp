#include "support/forge.h"

#include <cmath>

namespace varangian {

TEST_CASE("each blind adversary sends what its name says", "[adversaries]") {
  const at::Tensor rows = normal_matrix(10, 1000), own = rows.narrow(0, 7, 3);
  CHECK(at::equal(forged("sign_flip", {}, rows), own.neg()));
  CHECK(at::equal(forged("rescale", {{"factor", 3.0}}, rows), own.mul(3.0f)));
  CHECK(at::equal(forged("zero", {}, rows), at::zeros_like(own)));
  CHECK(at::allclose(forged("random_sign", {{"factor", 10.0}}, rows).abs(), own.abs().mul(10)));
  CHECK(std::abs(forged("random_sign", {}, rows).div(own).sum().item<double>()) < 5 * std::sqrt(3000.0));
  const at::Tensor noise = forged("gaussian", {{"mean", 2.0}, {"deviation", 3.0}}, rows);
  CHECK(noise.mean().item<double>() == Approx(2).margin(5 * 3 / std::sqrt(3000.0)));
  CHECK(noise.std().item<double>() == Approx(3).epsilon(0.1));
  CHECK_FALSE(at::equal(noise[0], noise[1]));
  const at::Tensor shared = forged("gaussian", {{"deviation", 3.0}, {"shared", true}}, rows);
  CHECK(shared.std().item<double>() == Approx(3).epsilon(0.1));
  CHECK(at::equal(shared, shared[0].expand_as(shared)));
  CHECK(forged("gaussian_added", {{"deviation", 2.0}}, rows).sub(own).std().item<double>() ==
        Approx(2).epsilon(0.1));
  const at::Tensor flat = forged("uniform", {{"low", 2.0}, {"high", 4.0}}, rows);
  CHECK(flat.min().item<double>() >= 2);
  CHECK(flat.max().item<double>() < 4);
  CHECK(flat.mean().item<double>() == Approx(3).epsilon(0.02));
  const at::Tensor flipped = forged("stochastic_flip", {{"p", 0.25}}, rows);
  CHECK(at::equal(flipped.abs(), own.abs()));
  CHECK(flipped.ne(own).to(at::kFloat).mean().item<double>() == Approx(0.25).margin(0.04));
  CHECK(forged("nan", {}, rows).isnan().all().item<bool>());
  CHECK(forged("inf", {}, rows).isinf().all().item<bool>());
  CHECK(at::equal(forged("lazy", {}, rows), own));  // its first round
}

TEST_CASE("omniscient adversaries against their formulas", "[adversaries]") {
  const at::Tensor rows = normal_matrix(10, 1000), honest = rows.narrow(0, 0, 7);
  const at::Tensor mean = honest.mean(0), deviation = honest.std(0);
  const auto sends = [&](const std::string& name, const Given& given, const at::Tensor& expected) {
    INFO(name);
    const at::Tensor sent = forged(name, given, rows);
    CHECK(at::allclose(sent, expected.expand_as(sent), 1e-5, 1e-5));
  };
  sends("mean_flip", {{"factor", 2.0}}, mean.mul(-2));
  sends("ipm", {{"factor", 0.1}}, mean.mul(-0.1));
  sends("ipm", {{"factor", 1.1}, {"form", std::string("empire")}}, mean.mul(-0.1));
  // s = 5 + 1 - 3 = 3: Phi(z) = 7/10 and 4/7.
  sends("alie", {}, mean.sub(deviation, 0.5244005));
  sends("alie", {{"quantile", std::string("arxiv")}}, mean.sub(deviation, 0.1800124));
  sends("alie",
        {{"quantile", std::string("given")},
         {"sign", std::string("plus")},
         {"deviation", std::string("population")}},
        mean.add(deviation.mul(std::sqrt(6.0 / 7.0)), 1.5));
  sends("mimic", {{"index", int64_t{4}}}, honest[4]);
  sends("full_gradient_negation", {{"kappa", 3.0}}, at::full({1000}, -3.0f));
  sends("vote_flip", {}, honest.sign().sum(0).sign().neg());
  CHECK(at::equal(forged("sign_guard_aware", {}, rows)[0].sign().sum(), mean.sign().sum()));

  const at::Tensor between = at::cdist(honest, honest), lie = forged("min_max", {}, rows)[0];
  CHECK(honest.sub(lie).norm(2, 1).max().item<double>() ==
        Approx(between.max().item<double>()).epsilon(1e-4));
  const at::Tensor sums = between.square().sum(1);
  CHECK(honest.sub(forged("min_sum", {}, rows)[0]).square().sum().item<double>() ==
        Approx(sums.max().item<double>()).epsilon(1e-4));
  CHECK(honest
            .sub(forged("min_sum", {{"bound", std::string("least")}, {"direction", std::string("deviation")}},
                        rows)[0])
            .square()
            .sum()
            .item<double>() == Approx(sums.min().item<double>()).epsilon(1e-4));

  const at::Tensor beyond = forged("fang_trimmed_mean", {}, rows), up = mean.gt(0);
  CHECK(at::where(up, beyond.le(honest.amin(0)), beyond.ge(honest.amax(0))).all().item<bool>());
}

TEST_CASE("a lazy worker repeats its message of the round before, under a mask", "[adversaries]") {
  for (const std::string mask : {"none", "uniform", "gaussian"}) {
    const auto lazy = make<Adversary>(Kind::adversary, "lazy",
                                      rule_values(Kind::adversary, "lazy", {{"mask", mask}, {"size", 0.5}}));
    State state;
    lazy->declare(state, 2, 3000, at::kCPU);
    const std::vector<int64_t> workers = {4, 7};
    at::Tensor before = normal_matrix(2, 3000, 1);
    for (int64_t round = 1; round <= 3; ++round) {
      const at::Tensor own = normal_matrix(2, 3000, static_cast<uint64_t>(round)), last = at::zeros({3000});
      const Random random = Random(5, Purpose::adversary).at(round);
      at::Tensor sent = at::empty_like(own);
      dynamic_cast<const BlindAdversary&>(*lazy).forge({.own = own,
                                                        .workers = workers,
                                                        .count = 9,
                                                        .byzantine = 2,
                                                        .clock = {.round = round, .learning_rate = 0.1},
                                                        .last_update = last,
                                                        .random = random,
                                                        .state = state},
                                                       sent);
      const at::Tensor noise = sent.sub(before);
      const double size = noise.std().item<double>();
      CHECK(size == Approx(mask == "none"      ? 0
                           : mask == "uniform" ? 0.5 / std::sqrt(3.0)
                                               : 0.5)
                        .epsilon(0.05));
      CHECK(noise.abs().max().item<double>() <= (mask == "none" ? 0 : mask == "uniform" ? 0.5001 : 3));
      before = own;
    }
  }
}

TEST_CASE("tie seekers make the vote a tie where they can", "[adversaries]") {
  for (const int64_t n : {9, 10}) {
    const Scene s{.n = n};
    const at::Tensor rows = normal_matrix(n, 1000);
    const at::Tensor honest = rows.narrow(0, 0, n - s.f).sign().sum(0);
    const at::Tensor lies = forged("tie_seeker", {}, rows, s);
    CHECK(lies.abs().eq(1).all().item<bool>());
    const at::Tensor total = honest.add(lies.sum(0)), within = honest.abs().le(s.f);
    // One vote is left where the parity of n forbids a tie.
    CHECK(total.abs().masked_select(within).max().item<double>() == (n % 2 == 0 ? 0 : 1));
    CHECK(at::equal(total.abs().masked_select(within.logical_not()),
                    honest.abs().sub(static_cast<double>(s.f)).masked_select(within.logical_not())));
  }
}

TEST_CASE("Fang's attack on Krum is picked by Krum", "[adversaries]") {
  const Scene s{.n = 13, .f = 3, .columns = 300, .round = 1, .rule = "krum"};
  const at::Tensor rows = normal_matrix(s.n, s.columns).add(1);
  const at::Tensor lie = forged("fang_krum", {}, rows, s)[0];
  at::Tensor all = rows.clone();
  for (int64_t i = 10; i < 13; ++i) at::Tensor(all[i]).copy_(lie);
  CHECK(lie.abs().max().item<double>() > 0);
  CHECK(at::equal(Server("krum").round(all, 3), lie));
}

TEST_CASE("an adversary that uses chance uses fresh chance each round", "[adversaries]") {
  const at::Tensor rows = normal_matrix(10, 1000);
  for (const std::string name : {"random_sign", "gaussian", "uniform", "gaussian_added", "stochastic_flip"}) {
    const Scene other{.round = 6};
    CHECK_FALSE(at::equal(forged(name, {}, rows), forged(name, {}, rows, other)));
  }
}

}  // namespace varangian
