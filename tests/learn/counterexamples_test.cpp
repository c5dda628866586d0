#include "engine/simulation.h"
#include "experiments/assemble.h"
#include "support/catch.h"
#include "support/runs.h"

#include <ATen/ATen.h>

// Where signs fail, and what helps; configs/counterexamples/ draws the same. What each shows is worked out
// here, after the papers named.
namespace varangian {
namespace {

constexpr const char* kVoteConfig = R"("compressor": "sign", "aggregator": "majority_vote", )";
constexpr const char* kScaled = R"("compressor": "scaled_sign", "aggregator": "mean", )";
constexpr const char* kFeedback =
    R"("compressor": {"name": "scaled_sign", "error_feedback": {"units": "step"}}, "aggregator": "mean", )";
constexpr const char* kWhole = R"("aggregator": "mean", )";

// The weights after these rounds.
at::Tensor trained(const std::string& dataset, int workers, int64_t rounds, double lr,
                   const std::string& rule) {
  DataCache data;
  Crew crew(1, false);
  Simulation simulation(
      assemble(config_of(fmt::format(
                   R"({{"format": 1, "name": "test", "rounds": {}, "task": {{"dataset": {}}},
      "workers": {{"count": {}, "byzantine": 0}}, {} "optimizer": {{"name": "sgd", "lr": {}}}}})",
                   rounds, dataset, workers, rule, lr)),
               at::kCPU, data)
          .setup,
      crew);
  for (int64_t t = 1; t <= rounds; ++t) simulation.round(t);
  return simulation.weights().clone();
}

}  // namespace

// After Karimireddy et al. 2019, arXiv 1901.09847.
TEST_CASE("a rare large gradient: signs climb, error feedback descends as whole gradients do",
          "[counterexamples]") {
  const auto mean = [](int workers, const std::string& rule) {
    const at::Tensor x = trained(R"({"name": "skewed_linear", "dimension": 200})", workers, 300, 0.003, rule);
    CHECK(x.abs().max().item<float>() <= 1);
    return x.mean().item<double>();
  };
  const double whole = mean(3, kWhole);
  CHECK(whole == Approx(-0.25 * 300 * 0.003).epsilon(0.1));
  CHECK(mean(1, kVoteConfig) == Approx(0.5 * 300 * 0.003).epsilon(0.1));     // 3/4 - 1/4
  CHECK(mean(3, kVoteConfig) == Approx(0.6875 * 300 * 0.003).epsilon(0.1));  // 27/32 - 5/32: more vote worse
  CHECK(mean(3, kScaled) > 0);
  CHECK(mean(3, kFeedback) == Approx(whole).epsilon(0.1));
}

// After Karimireddy et al. 2019, arXiv 1901.09847.
TEST_CASE("a valley: no step along signs goes down it, error feedback does", "[counterexamples]") {
  for (const double lr : {0.1, 0.01, 0.003}) {
    INFO("lr " << lr);
    const auto end = [&](const std::string& rule) { return trained(R"("valley")", 1, 2000, lr, rule); };
    for (const char* rule : {kVoteConfig, kScaled}) {
      const at::Tensor x = end(rule);
      CHECK(x.sum().item<double>() == Approx(2).epsilon(1e-3));  // as at the start
      CHECK(x[0].sub(x[1]).abs().item<double>() <= 2.01 * lr);   // across, and back
    }
    CHECK(end(kFeedback).abs().max().item<double>() <= 5 * lr);
    CHECK(end(kWhole).abs().max().item<double>() <= 5 * lr);
  }
}

// After Chen et al. 2020, arXiv 1906.01736.
TEST_CASE(
    "workers with optima 1, 2 and 10: the vote stalls at 2, noise before the sign takes it on to their mean",
    "[counterexamples]") {
  const auto end = [](const std::string& noise, int64_t rounds, double lr, double start,
                      const std::string& rule) {
    return trained(
        fmt::format(R"({{"name": "quadratic", "dimension": 100, "optima": [1, 2, 10], {}, "start_at": {},
                                    "start": 0}})",
                    noise, start),
        3, rounds, lr, rule);
  };
  const std::string quiet = R"("noise": "none")";
  // As the paper has it: x = 2, where the mean gradient is -7/3, to within a step.
  const at::Tensor stuck = end(quiet, 4000, 0.001, 0.0005, kVoteConfig);
  CHECK(stuck.sub(2).abs().max().item<double>() <= 0.001);
  CHECK(end(quiet, 4000, 0.01, 0.005, kWhole).sub(13.0 / 3).abs().max().item<double>() < 1e-3);

  const auto mean = [&](const std::string& noise, const std::string& rule) {
    return end(noise, 6000, 0.01, 0.005, rule).mean().item<double>();
  };
  CHECK(mean(quiet, kVoteConfig) == Approx(2).margin(0.01));
  // The average vote of stochastic signs is (s1 + s2 + s3 - s1 s2 s3) / 2 with s = g / b: 0 at 4.297 for b
  // = 20.
  const std::string coins = R"("compressor": {"name": "sto_sign", "b": 20}, "aggregator": "majority_vote", )";
  CHECK(mean(quiet, coins) == Approx(4.297).margin(0.15));
  CHECK(mean(R"("noise": "normal", "deviation": 20)", kVoteConfig) == Approx(13.0 / 3).margin(0.25));
}

}  // namespace varangian
