#include "engine/error_feedback.h"

#include "engine/simulation.h"
#include "experiments/assemble.h"
#include "experiments/memory.h"
#include "support/catch.h"
#include "support/runs.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

namespace varangian {
namespace {

// Gradients of skewed_linear do not depend on the weights: two runs of one seed have the same.
RunConfig run_of(const std::string& fields, const std::string& rule = "mean") {
  return config_of(R"({"format": 1, "name": "test", "rounds": 100,
      "task": {"dataset": {"name": "skewed_linear", "dimension": 130}}, "aggregator": ")" +
                   rule + "\", " + fields + "}");
}

Setup feedback_setup(const std::string& fields, const std::string& rule = "mean") {
  DataCache data;
  return assemble(run_of(fields, rule), at::kCPU, data).setup;
}

// Clipped, so that gradients are no powers of two.
const std::string kThree = R"("workers": {"count": 3, "byzantine": 0, "clip": 10})";

std::string up(const std::string& codec, const std::string& feedback) {
  return kThree + R"(, "compressor": {"up": {)" + codec + R"(, "error_feedback": {)" + feedback + "}}}";
}

struct Sums {
  at::Tensor sent;     // of what reached the rule, by worker
  at::Tensor updates;  // of what the optimizer stepped with
};

Sums run(Simulation& simulation, int64_t rounds) {
  Sums sums{.sent = at::zeros({simulation.setup().roster.count, 130}, at::kDouble),
            .updates = at::zeros({130}, at::kDouble)};
  for (int64_t t = 1; t <= rounds; ++t) {
    simulation.round(t);
    for (int64_t w = 0; w < sums.sent.size(0); ++w) sums.sent[w].add_(dense_row(simulation.wire(), w));
    sums.updates.add_(simulation.update());
  }
  return sums;
}

const std::vector<std::string> kCodecs = {R"("name": "scaled_sign")",
                                          R"("name": "top_k", "fraction": 0.05)",
                                          R"("name": "random_k", "fraction": 0.3, "scaled": false)",
                                          R"("name": "natural")",
                                          R"("name": "qsgd", "levels": 30)",
                                          R"("name": "terngrad")"};

}  // namespace

TEST_CASE("what was sent and what is still kept is what was meant", "[feedback]") {
  Crew crew(2, false);
  Simulation plain(feedback_setup(kThree), crew);
  const Sums meant = run(plain, 40);
  for (const std::string& codec : kCodecs) {
    INFO(codec);
    Simulation simulation(feedback_setup(up(codec, "")), crew);
    const Sums sums = run(simulation, 40);
    CHECK_FALSE(at::allclose(sums.sent, meant.sent, 1e-3, 1e-2));
    CHECK(at::allclose(sums.sent.add(simulation.state()["residual"]), meant.sent, 1e-3, 1e-2));
  }
}

TEST_CASE("feedback works around signs too, and decays as asked", "[feedback]") {
  Crew crew(1, false);
  Simulation simulation(feedback_setup(up(R"("name": "sign")", R"("decay": 0.25)"), "majority_vote"), crew);
  Simulation plain(feedback_setup(kThree), crew);
  at::Tensor residual = at::zeros({3, 130});
  for (int64_t t = 1; t <= 5; ++t) {
    simulation.round(t);
    plain.round(t);
    const at::Tensor meant = plain.wire().rows.add(residual);
    residual = meant.sub(at::where(meant.lt(0), -1.0f, 1.0f)).mul(0.25f);
    CHECK(at::allclose(simulation.state()["residual"], residual, 1e-5, 1e-6));
  }
}

TEST_CASE("units do not matter while the rate is constant", "[feedback]") {
  Crew crew(1, false);
  const std::string lr = R"(, "optimizer": {"name": "sgd", "lr": 0.25})";  // exact in both units
  for (const std::string& codec : kCodecs) {
    INFO(codec);
    Simulation gradient(feedback_setup(up(codec, R"("units": "gradient")") + lr), crew);
    Simulation step(feedback_setup(up(codec, R"("units": "step")") + lr), crew);
    run(gradient, 30);
    run(step, 30);
    CHECK(at::equal(gradient.weights(), step.weights()));
    CHECK(at::equal(gradient.state()["residual"].mul(0.25), step.state()["residual"]));
  }
}

TEST_CASE("in step units what is kept is what the weights lack, whatever the rate did", "[feedback]") {
  Crew crew(1, false);
  const std::string falling = R"(, "schedule": {"name": "step", "at": [10, 20], "factor": 0.1})";
  Simulation plain(feedback_setup(kThree + falling), crew);
  run(plain, 30);
  const at::Tensor mean_of_none = plain.weights();
  for (const std::string& codec : {kCodecs[0], kCodecs[1]}) {
    INFO(codec);
    const auto lacking = [&](const std::string& units, double factor) {
      Simulation simulation(feedback_setup(up(codec, R"("units": ")" + units + "\"") + falling), crew);
      run(simulation, 30);
      const at::Tensor whole = simulation.weights().sub(simulation.state()["residual"].mean(0).mul(factor));
      return whole.sub(mean_of_none).abs().max().item<double>();
    };
    CHECK(lacking("step", 1) < 1e-4);
    CHECK(lacking("gradient", 0.1 * 0.1 * 0.1) > 1e-2);  // old losses weigh as little as new gradients
  }
}

TEST_CASE("a rate of 0 adds nothing and forgets nothing; what is not finite is forgotten", "[feedback]") {
  const ErrorFeedback step{.decay = 0.5, .in_steps = true}, gradient{.decay = 0.5};
  at::Tensor message = at::tensor({1.0f, 2.0f}), residual = at::tensor({3.0f, 4.0f});
  step.add(message, residual, {.round = 1, .learning_rate = 0});
  step.keep(residual, message, at::zeros({2}), {.round = 1, .learning_rate = 0});
  CHECK(at::equal(message, at::tensor({1.0f, 2.0f})));
  CHECK(at::equal(residual, at::tensor({3.0f, 4.0f})));
  step.add(message, residual, {.round = 1, .learning_rate = 2});
  CHECK(at::equal(message, at::tensor({2.5f, 4.0f})));
  step.keep(residual, message, at::tensor({0.5f, 0.0f}), {.round = 1, .learning_rate = 2});
  CHECK(at::equal(residual, at::tensor({2.0f, 4.0f})));
  const float infinity = std::numeric_limits<float>::infinity();
  gradient.keep(residual, at::tensor({infinity, 4.0f}), at::tensor({infinity, 1.0f}), {});
  CHECK(at::equal(residual, at::tensor({0.0f, 1.5f})));
}

TEST_CASE("a liar starts from a row with its residual, and keeps none while it lies", "[feedback]") {
  Crew crew(2, false);
  const std::string fields = R"("workers": {"count": 4, "byzantine": 1},
      "compressor": {"up": {"name": "top_k", "fraction": 0.1, "error_feedback": {}}},
      "adversary": {"name": "rescale", "factor": -10, "rounds": [2, 2]})";
  Simulation simulation(feedback_setup(fields), crew);
  const auto kept = [&](int64_t worker) { return simulation.state()["residual"][worker].clone(); };
  simulation.round(1);
  CHECK(kept(3).ne(0).any().item<bool>());
  // Gradients are 4 or -1; a residual from round 1 of 4 - 0 can make 8, which the liar multiplies by -10.
  const at::Tensor before = kept(3);
  simulation.round(2);
  CHECK(dense_row(simulation.wire(), 3).min().item<float>() <= -80);
  CHECK(before.max().item<float>() == 4);
  CHECK(kept(3).eq(0).all().item<bool>());
  CHECK(kept(0).ne(0).any().item<bool>());
  simulation.round(3);
  CHECK(kept(3).ne(0).any().item<bool>());
}

TEST_CASE("the broadcast passes its own codec, with feedback of its own", "[feedback]") {
  Crew crew(2, false);
  Simulation plain(feedback_setup(kThree), crew);
  const Sums meant = run(plain, 40);
  for (const std::string& codec : kCodecs) {
    INFO(codec);
    Simulation simulation(
        feedback_setup(kThree + R"(, "compressor": {"down": {)" + codec + R"(, "error_feedback": {}}})"),
        crew);
    const at::Tensor start = simulation.weights().clone();
    const Sums sums = run(simulation, 40);
    CHECK(at::allclose(sums.sent, meant.sent));
    CHECK_FALSE(at::allclose(sums.updates, meant.updates, 1e-3, 1e-2));
    CHECK(at::allclose(sums.updates.add(simulation.state()["down_residual"]), meant.updates, 1e-3, 1e-2));
    // The workers step with what they received.
    CHECK(at::allclose(simulation.weights(), start.sub(sums.updates.mul(0.1)).to(at::kFloat), 1e-3, 1e-4));
  }
}

TEST_CASE("both ways' bytes are counted from their codecs", "[feedback]") {
  Crew crew(3, false);
  const auto bytes = [&](const std::string& compressor) {
    Simulation simulation(feedback_setup(kThree + ", \"compressor\": " + compressor), crew);
    const Round round = simulation.round(1);
    return std::pair(round.bytes_up, round.bytes_down);
  };
  CHECK(bytes(R"("none")") == std::pair<int64_t, int64_t>(3 * 520, 3 * 520));
  CHECK(bytes(R"({"up": "scaled_sign"})") == std::pair<int64_t, int64_t>(3 * 21, 3 * 520));  // 162 bits
  CHECK(bytes(R"({"down": "natural"})") == std::pair<int64_t, int64_t>(3 * 520, 3 * 147));   // 1170 bits
  CHECK(bytes(R"({"up": {"name": "top_k", "k": 7}, "down": "sign"})") ==
        std::pair<int64_t, int64_t>(3 * 35, 3 * 17));  // 7 times 40 bits; 130 bits
}

TEST_CASE("both ways draw numbers of their own", "[feedback]") {
  Crew crew(1, false);
  const std::string half = R"({"name": "random_k", "fraction": 0.5, "scaled": false})";
  Simulation simulation(feedback_setup(R"("workers": {"count": 1, "byzantine": 0}, "compressor": {"up": )" +
                                       half + R"(, "down": )" + half + "}"),
                        crew);
  simulation.round(1);
  const int64_t left = simulation.update().ne(0).sum().item<int64_t>();
  CHECK(left > 15);  // about a quarter of 130, not half
  CHECK(left < 50);
}

TEST_CASE("the memory that codecs and feedback take is counted", "[feedback]") {
  const auto needed = [](const std::string& compressor) {
    DataCache data;
    const RunConfig run = run_of(kThree + ", \"compressor\": " + compressor);
    return needed_memory(run, assemble(run, at::kCPU, data), data);
  };
  const double none = needed(R"("none")"), row = 4 * 130;
  CHECK(needed(R"("natural")") == none + 3 * row);
  CHECK(needed(R"({"name": "natural", "error_feedback": {}})") == none + 6 * row);
  CHECK(needed(R"({"down": {"name": "natural", "error_feedback": {}}})") == none + 2 * row);
}

}  // namespace varangian
