#include "learn/optimizer.h"
#include "learn/optimizers/steps_on_device.h"
#include "support/catch.h"

#include <ATen/ATen.h>

#include <cmath>
#include <string>
#include <vector>

namespace varangian {
namespace {

std::unique_ptr<Optimizer> optimizer(const std::string& name,
                                     const std::map<std::string, Value>& given = {}) {
  return make<Optimizer>(Kind::optimizer, name,
                         values_for(Registry::instance().describe(Kind::optimizer, name), given));
}

struct OptimizerCase {
  std::string name;
  std::map<std::string, Value> given;
};

double number(const OptimizerCase& c, const std::string& name, double fallback) {
  return c.given.contains(name) ? std::get<double>(c.given.at(name)) : fallback;
}

bool flag(const OptimizerCase& c, const std::string& name) {
  return c.given.contains(name) && std::get<bool>(c.given.at(name));
}

/// One coordinate in double, written from the papers.
struct Scalar {
  double x, m = 0, v = 0;

  void sgd(const OptimizerCase& c, double u, double lr) {
    const double beta = number(c, "momentum", 0), lambda = number(c, "weight_decay", 0);
    const bool decoupled =
        c.given.contains("decay") && std::get<std::string>(c.given.at("decay")) == "decoupled";
    const double g = (decoupled ? u : u + lambda * x) * (flag(c, "damped") ? 1 - beta : 1);
    m = beta * m + g;
    const double step = flag(c, "nesterov") ? g + beta * m : m;
    x -= lr * (step + (decoupled ? lambda * x : 0));
  }

  void adam(const OptimizerCase& c, double u, double lr, int t) {
    const double beta1 = number(c, "beta1", 0.9), beta2 = number(c, "beta2", 0.999);
    const bool decoupled = c.name == "adamw";
    const double lambda = number(c, "weight_decay", decoupled ? 0.01 : 0), g = decoupled ? u : u + lambda * x;
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    const double mean = m / (1 - std::pow(beta1, t)), square = v / (1 - std::pow(beta2, t));
    x -= lr * (mean / (std::sqrt(square) + number(c, "epsilon", 1e-8)) + (decoupled ? lambda * x : 0));
  }
};

std::vector<OptimizerCase> optimizer_cases() {
  const Value momentum = 0.9, decay = 0.1, yes = true, decoupled = "decoupled", coupled = "coupled";
  return {{"sgd", {}},
          {"sgd", {{"weight_decay", decay}}},
          {"sgd", {{"weight_decay", decay}, {"decay", decoupled}}},
          {"sgd", {{"momentum", momentum}}},
          {"sgd", {{"momentum", momentum}, {"damped", yes}}},
          {"sgd", {{"momentum", momentum}, {"nesterov", yes}}},
          {"sgd", {{"momentum", momentum}, {"nesterov", yes}, {"damped", yes}, {"weight_decay", decay}}},
          {"sgd", {{"momentum", momentum}, {"weight_decay", decay}, {"decay", coupled}}},
          {"sgd", {{"momentum", momentum}, {"weight_decay", decay}, {"decay", decoupled}}},
          {"adam", {}},
          {"adam", {{"weight_decay", decay}}},
          {"adam", {{"beta1", Value(0.5)}, {"beta2", Value(0.75)}, {"epsilon", Value(0.1)}}},
          {"adamw", {}},
          {"adamw", {{"weight_decay", decay}}}};
}

at::Tensor bits(const at::Tensor& x) { return x.contiguous().view(at::kInt); }

TEST_CASE("the optimizers step as the papers say, in blocks of columns as in one", "[optimizers]") {
  constexpr int64_t kWeights = 77, kSplit = 33;
  for (const OptimizerCase& c : optimizer_cases()) {
    at::manual_seed(23);
    const auto rule = optimizer(c.name, c.given);
    State state, whole_state;
    rule->declare(state, kWeights, at::kCPU);
    rule->declare(whole_state, kWeights, at::kCPU);
    const at::Tensor weights = at::randn({kWeights}, at::kFloat), whole = weights.clone();
    std::vector<Scalar> expected;
    for (int64_t j = 0; j < kWeights; ++j) expected.push_back({.x = weights[j].item<double>()});
    for (int t = 1; t <= 5; ++t) {
      CAPTURE(c.name, t);
      const Clock clock{.round = t, .learning_rate = 0.2 / t};
      const at::Tensor update = at::randn({kWeights}, at::kFloat);
      rule->step(weights.narrow(0, 0, kSplit), update.narrow(0, 0, kSplit), state, 0, clock);
      rule->step(weights.narrow(0, kSplit, kWeights - kSplit), update.narrow(0, kSplit, kWeights - kSplit),
                 state, kSplit, clock);
      rule->step(whole, update, whole_state, 0, clock);
      double worst = 0;
      for (int64_t j = 0; j < kWeights; ++j) {
        const double u = update[j].item<double>();
        if (c.name == "sgd")
          expected[j].sgd(c, u, clock.learning_rate);
        else
          expected[j].adam(c, u, clock.learning_rate, t);
        const double error = std::abs(weights[j].item<double>() - expected[j].x);
        if (!(error <= worst)) worst = error;  // NaN too
      }
      CHECK(worst < 1e-6);
      CHECK(at::equal(bits(weights), bits(whole)));
    }
  }
}

TEST_CASE("the step in tensor operators equals the kernel's to the bit", "[optimizers]") {
  at::manual_seed(29);
  const int64_t columns = 1003;
  const auto start = [&] { return at::randn({columns}, at::kFloat); };
  const auto pointer = [](const at::Tensor& t) { return t.data_ptr<float>(); };
  for (const float momentum : {0.0f, 0.9f})
    for (const bool nesterov : {false, true})
      for (const float decay : {0.0f, 0.01f}) {
        CAPTURE(momentum, nesterov, decay);
        const kernels::SgdStep step{.lr = 0.1f,
                                    .momentum = momentum,
                                    .gain = nesterov ? 1 - momentum : 1,
                                    .nesterov = nesterov,
                                    .coupled = decay,
                                    .decoupled = decay * 3};
        const at::Tensor x = start(), m = start(), x2 = x.clone(), m2 = m.clone();
        for (int t = 0; t < 3; ++t) {
          const at::Tensor u = start();
          u.narrow(0, 0, 10).zero_();
          kernels::sgd_step(pointer(x), pointer(u), pointer(m), step, columns);
          sgd_step_on_device(x2, u, m2, step);
        }
        CHECK(at::equal(bits(x), bits(x2)));
        CHECK(at::equal(bits(m), bits(m2)));
      }
  for (const float decay : {0.0f, 0.01f}) {
    CAPTURE(decay);
    const kernels::AdamStep step{.lr = 0.01f,
                                 .beta1 = 0.9f,
                                 .beta2 = 0.999f,
                                 .epsilon = 1e-8f,
                                 .correction1 = 1.3f,
                                 .correction2 = 1.7f,
                                 .coupled = decay,
                                 .decoupled = decay * 3};
    const at::Tensor x = start(), m = start(), v = start().abs_(), x2 = x.clone(), m2 = m.clone(),
                     v2 = v.clone();
    for (int t = 0; t < 3; ++t) {
      const at::Tensor u = start();
      kernels::adam_step(pointer(x), pointer(u), pointer(m), pointer(v), step, columns);
      adam_step_on_device(x2, u, m2, v2, step);
    }
    CHECK(at::equal(bits(x), bits(x2)));
    CHECK(at::equal(bits(m), bits(m2)));
    CHECK(at::equal(bits(v), bits(v2)));
  }
}

TEST_CASE("a step on tensors without values keeps to tensor operators", "[optimizers]") {
  const auto meta = at::TensorOptions(at::kFloat).device(at::kMeta);
  for (const OptimizerCase& c : optimizer_cases()) {
    const auto rule = optimizer(c.name, c.given);
    State state;
    rule->declare(state, 9, at::kMeta);
    CHECK_NOTHROW(
        rule->step(at::empty({4}, meta), at::empty({4}, meta), state, 5, {.round = 1, .learning_rate = 0.1}));
  }
}

TEST_CASE("Signum's step decays the weights beside the vote", "[optimizers]") {
  const Value lambda = 0.5, decoupled = "decoupled";
  const auto rule = optimizer("sgd", {{"weight_decay", lambda}, {"decay", decoupled}});
  State state;
  rule->declare(state, 3, at::kCPU);
  CHECK(state.entries().empty());
  const at::Tensor weights = at::tensor({2., -4., 0.}, at::kFloat),
                   vote = at::tensor({1., 1., -1.}, at::kFloat);
  rule->step(weights, vote, state, 0, {.round = 1, .learning_rate = 0.25});
  CHECK(at::equal(weights, at::tensor({2 - 0.25 * (1 + 1), -4 - 0.25 * (1 - 2), 0.25}, at::kFloat)));
}

TEST_CASE("what an optimizer remembers is named and starts at zero", "[optimizers]") {
  const Value momentum = 0.5;
  const auto names = [](const Optimizer& rule) {
    State state;
    rule.declare(state, 5, at::kCPU);
    std::vector<std::string> found;
    for (const State::Entry& entry : state.entries()) {
      CHECK(at::equal(entry.value, at::zeros({5}, at::kFloat)));
      CHECK((entry.axes == std::vector<Axis>{Axis::column}));
      found.push_back(entry.name);
    }
    return found;
  };
  CHECK(names(*optimizer("sgd", {{"momentum", momentum}})) == std::vector<std::string>{"optimizer.momentum"});
  CHECK(names(*optimizer("adam")) == std::vector<std::string>{"optimizer.m", "optimizer.v"});
  CHECK(names(*optimizer("adamw")) == std::vector<std::string>{"optimizer.m", "optimizer.v"});
}

TEST_CASE("an optimizer gives its learning rate and refuses what has no meaning", "[optimizers]") {
  const Value yes = true, one = 1.0, nearly = 1 - 1e-9;  // 1 in float32
  CHECK(optimizer("sgd")->learning_rate() == 0.1);
  CHECK(optimizer("adam")->learning_rate() == 1e-3);
  CHECK_THROWS_AS(optimizer("sgd", {{"nesterov", yes}}), Error);
  CHECK_THROWS_AS(optimizer("sgd", {{"momentum", one}}), Error);
  CHECK_THROWS_AS(optimizer("adam", {{"beta1", one}}), Error);
  CHECK_THROWS_AS(optimizer("adamw", {{"beta2", one}}), Error);
  CHECK_THROWS_AS(optimizer("adamw", {{"beta2", nearly}}), Error);
}

}  // namespace
}  // namespace varangian
