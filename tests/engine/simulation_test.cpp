#include "engine/simulation.h"

#include "experiments/assemble.h"
#include "support/catch.h"
#include "support/runs.h"

#include <ATen/ATen.h>

#include <cmath>

namespace varangian {
namespace {

// A quadratic run with these further fields.
Setup toy_setup(const std::string& fields, at::Device device = at::kCPU) {
  DataCache data;
  return assemble(config_of(R"({"format": 1, "name": "test", "rounds": 100, )" + fields + "}"), device, data)
      .setup;
}

constexpr const char* kQuiet =
    R"("task": {"dataset": {"name": "quadratic", "dimension": 300, "noise": "none"}}, )";

double objective(const Simulation& simulation) {
  return 0.5 * simulation.weights().to(at::kDouble).square().sum().item<double>();
}

}  // namespace

TEST_CASE("gradient descent on the quadratic contracts by 1 - lr each round", "[engine]") {
  Crew crew(2, false);
  Simulation simulation(
      toy_setup(std::string(kQuiet) + R"("workers": {"count": 3, "byzantine": 0}, "aggregator": "mean",
                                 "optimizer": {"name": "sgd", "lr": 0.25})"),
      crew);
  const at::Tensor start = simulation.weights().clone();
  for (int64_t t = 1; t <= 3; ++t) simulation.round(t);
  CHECK(at::allclose(simulation.weights(), start.mul(0.75 * 0.75 * 0.75), 1e-6));
}

TEST_CASE("worker momentum is the damped sum when asked, else the plain one", "[engine]") {
  Crew crew(1, false);
  for (const bool damped : {true, false}) {
    Simulation simulation(
        toy_setup(fmt::format(R"({}"workers": {{"count": 3, "byzantine": 0, "momentum": {{"beta": 0.5,
                          "damped": {}}}}}, "aggregator": "mean", "optimizer": {{"name": "sgd", "lr": 0.1}})",
                              kQuiet, damped)),
        crew);
    at::Tensor x = simulation.weights().clone(), m = at::zeros_like(x);
    for (int64_t t = 1; t <= 4; ++t) {
      m = m.mul(0.5).add(x.mul(damped ? 0.5 : 1.0));
      x = x.sub(m.mul(0.1));
      simulation.round(t);
    }
    CHECK(at::allclose(simulation.weights(), x, 1e-5));
  }
}

TEST_CASE("a clipped gradient keeps its direction and has at most the norm asked for", "[engine]") {
  Crew crew(2, false);
  Simulation simulation(
      toy_setup(std::string(kQuiet) +
                R"("workers": {"count": 3, "byzantine": 0, "clip": 2.0}, "aggregator": "mean",
                                    "optimizer": {"name": "sgd", "lr": 1.0})"),
      crew);
  double norm = std::sqrt(2 * objective(simulation));  // the gradient is x itself
  REQUIRE(norm > 4);
  for (int64_t t = 1; norm > 1e-3; ++t) {
    const at::Tensor before = simulation.weights().clone();
    simulation.round(t);
    const double next = std::sqrt(2 * objective(simulation));
    CHECK(next == Approx(std::max(0.0, norm - 2)).margin(1e-4));
    CHECK(at::allclose(simulation.weights(), before.mul(next / norm), 1e-4, 1e-5));
    norm = next;
  }
}

TEST_CASE("signum is x - lr (sign(V) + lambda x), as the paper's Algorithm 1", "[engine]") {
  Crew crew(2, false);
  Simulation simulation(
      toy_setup(std::string(kQuiet) + R"("preset": "signum", "workers": {"count": 3, "byzantine": 0},
                                 "optimizer": {"name": "sgd", "lr": 0.01, "weight_decay": 0.1, "decay": "decoupled"})"),
      crew);
  at::Tensor x = simulation.weights().clone();
  const at::Tensor vote = at::where(x.lt(0), -1.0, 1.0);
  x = x.sub(vote.add(x.mul(0.1)).mul(0.01));
  const Round round = simulation.round(1);
  CHECK(at::allclose(simulation.weights(), x, 1e-6));
  CHECK(round.bytes_up == 3 * 38);  // 300 bits
  CHECK(round.bytes_down == 3 * 38);
}

TEST_CASE("a factor of minus ten cannot be said on a sign wire", "[engine]") {
  Crew crew(2, false);
  const auto weights = [&](const std::string& adversary) {
    Simulation simulation(
        toy_setup(R"("task": {"dataset": "quadratic"}, "workers": {"count": 9, "byzantine": 4},
        "compressor": "sign", "aggregator": "majority_vote", "adversary": )" +
                  adversary),
        crew);
    for (int64_t t = 1; t <= 5; ++t) simulation.round(t);
    return simulation.weights().clone();
  };
  const at::Tensor flipped = weights(R"("sign_flip")");
  CHECK(at::equal(flipped, weights(R"({"name": "rescale", "factor": -10})")));
  CHECK(at::equal(flipped, weights(R"({"name": "rescale", "factor": -1e20})")));
  CHECK_FALSE(at::equal(flipped, weights(R"({"name": "rescale", "factor": 10})")));
}

TEST_CASE("liars lie in their rounds only, and several adversaries share the liars", "[engine]") {
  Crew crew(2, false);
  const std::string workers = R"("workers": {"count": 5, "byzantine": 2}, "aggregator": "mean",
                                 "optimizer": {"name": "sgd", "lr": 0.1}, )";
  Simulation simulation(toy_setup(std::string(kQuiet) + workers + R"("adversaries": [
      {"name": "zero", "workers": 1, "rounds": [2, 2]}, {"name": "rescale", "factor": -4, "rounds": [3, null]}])"),
                        crew);
  const auto shrink = [&](int64_t round) {
    const double before = std::sqrt(objective(simulation));
    simulation.round(round);
    return std::sqrt(objective(simulation)) / before;
  };
  CHECK(shrink(1) == Approx(0.9).epsilon(1e-5));              // all honest
  CHECK(shrink(2) == Approx(1 - 0.1 * 4 / 5).epsilon(1e-5));  // worker 3 sends zeros
  CHECK(shrink(3) == Approx(1 - 0.1 * 0.0).epsilon(1e-5));    // four honest and one times -4
}

TEST_CASE("which workers lie is as asked", "[engine]") {
  const Random random(3, Purpose::byzantine_choice);
  CHECK(make_roster(5, 2, "last", random).byzantine == std::vector<int64_t>{3, 4});
  CHECK(make_roster(5, 2, "first", random).byzantine == std::vector<int64_t>{0, 1});
  const Roster drawn = make_roster(100, 40, "random", random);
  CHECK(drawn.byzantine.size() == 40);
  CHECK(drawn.honest.size() == 60);
  CHECK(drawn.byzantine != make_roster(100, 40, "last", random).byzantine);
  CHECK(drawn.byzantine == make_roster(100, 40, "random", random).byzantine);
}

TEST_CASE("the honest mean leaves the liars out, wherever they sit", "[engine]") {
  Crew crew(2, false);
  for (const std::string which : {"last", "first", "random"}) {
    Simulation simulation(
        toy_setup(std::string(kQuiet) + R"("workers": {"count": 6, "byzantine": 2, "which": ")" + which +
                  R"("}, "aggregator": "median", "adversary": {"name": "gaussian", "deviation": 1e6},
                                   "optimizer": {"name": "sgd", "lr": 0.1})"),
        crew);
    const at::Tensor start = simulation.weights().clone();
    simulation.round(1);
    CHECK(at::allclose(simulation.honest_mean(), start, 1e-6));
    CHECK(at::allclose(simulation.weights(), start.mul(0.9), 1e-5));
  }
}

TEST_CASE("ten thousand workers take part", "[engine]") {
  Crew crew(2, false);
  Simulation simulation(toy_setup(R"("task": {"dataset": {"name": "quadratic", "dimension": 10}},
      "workers": {"count": 10000, "byzantine": 4999}, "compressor": "sign", "aggregator": "majority_vote",
      "adversary": "sign_flip", "optimizer": {"name": "sgd", "lr": 0.01})"),
                        crew);
  const double before = objective(simulation);
  for (int64_t t = 1; t <= 3; ++t) simulation.round(t);
  CHECK(std::isfinite(objective(simulation)));
  CHECK(objective(simulation) != before);
}

TEST_CASE("a whole round runs on meta tensors, where reading a value is impossible", "[engine][device]") {
  Crew crew(1, false);
  const at::Device meta(at::kMeta);
  for (const std::string rule :
       {R"("aggregator": "mean")", R"("aggregator": "median")",
        R"("aggregator": {"name": "majority_vote", "tie": "random"}, "compressor": "sign")",
        R"("aggregator": {"name": "majority_vote", "tie": "previous"},
                                    "compressor": {"name": "sign", "zero": "random"})",
        R"("aggregator": "majority_vote", "compressor": {
             "up": {"name": "sto_sign", "error_feedback": {"units": "step"}}, "down": {"name": "sign", "error_feedback": {}}})"})
    for (const std::string adversary : {"sign_flip", "random_sign", "rescale", "gaussian", "zero"})
      for (const std::string optimizer : {"sgd", "adam", "adamw"}) {
        Simulation simulation(
            toy_setup(fmt::format(R"("task": {{"dataset": {{"name": "quadratic", "dimension": 130}}}},
            "workers": {{"count": 4, "byzantine": 1, "clip": 1, "momentum": {{"beta": 0.9}}}}, {}, "adversary": "{}",
            "optimizer": "{}")",
                                  rule, adversary, optimizer),
                      meta),
            crew);
        const Round round = simulation.round(1);
        CHECK(round.losses.is_meta());
        CHECK(simulation.honest_mean().is_meta());
      }
}

}  // namespace varangian
