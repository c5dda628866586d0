#include "learn/loss.h"
#include "support/catch.h"

#include <ATen/ATen.h>

#include <cmath>
#include <string>
#include <vector>

namespace varangian {
namespace {

std::unique_ptr<Loss> loss_named(const std::string& name, const std::map<std::string, Value>& given = {}) {
  return make<Loss>(Kind::loss, name, values_for(Registry::instance().describe(Kind::loss, name), given));
}

at::Tensor column(std::vector<double> values) { return at::tensor(values, at::kDouble).unsqueeze(1); }

bool near(const at::Tensor& a, const std::vector<double>& b) {
  return at::allclose(a, at::tensor(b, at::kDouble), 1e-12, 1e-12);
}

TEST_CASE("a loss's gradient is autograd's of the weighted sum of its values", "[losses]") {
  at::manual_seed(3);
  for (const std::string name : {"cross_entropy", "nll", "mse", "huber", "bce"})
    for (const at::ScalarType type : {at::kDouble, at::kFloat})
      for (const bool transposed : {false, true}) {
        CAPTURE(name, type, transposed);
        const auto loss = loss_named(name);
        const int64_t samples = 9, width = name == "bce" ? 1 : 3;
        at::Tensor outputs = at::randn({samples, width}, at::kDouble).mul_(2);
        if (loss->takes_log_probabilities()) outputs = at::log_softmax(outputs, 1);
        if (transposed) outputs = outputs.t().contiguous().t();
        outputs = outputs.to(type).requires_grad_();
        at::Tensor targets = at::randn({samples, width}, at::kDouble).to(type);
        if (loss->classifies()) targets = at::randint(0, width, {samples});
        if (name == "bce") targets = targets.gt(0).to(type);
        const at::Tensor weights = at::rand({samples}, at::kDouble).to(type);
        loss->value(outputs, targets).mul(weights).sum().backward();
        const double tolerance = type == at::kDouble ? 1e-12 : 1e-5;
        const at::Tensor plain = outputs.detach(), before = plain.clone();
        CHECK(at::allclose(loss->gradient(plain, targets, weights), outputs.grad(), tolerance, tolerance));
        CHECK(at::equal(plain, before));
      }
}

TEST_CASE("the losses of classes are minus the log-probability of the true one", "[losses]") {
  const at::Tensor outputs = at::tensor({1., 2., 3., 0., 0., 0.}, at::kDouble).view({2, 3});
  const at::Tensor targets = at::tensor({2, 0}, at::kLong);
  const double sum = std::exp(1) + std::exp(2) + std::exp(3);
  CHECK(near(loss_named("cross_entropy")->value(outputs, targets), {std::log(sum) - 3, std::log(3)}));
  CHECK(near(loss_named("nll")->value(outputs, targets), {-3, 0}));
}

TEST_CASE("the losses of values are means over the outputs", "[losses]") {
  const at::Tensor outputs = at::tensor({1., 5., 0.5, -4.}, at::kDouble).view({2, 2});
  const at::Tensor targets = at::zeros({2, 2}, at::kDouble);
  CHECK(near(loss_named("mse")->value(outputs, targets), {13, 8.125}));
  CHECK(near(loss_named("huber")->value(outputs, targets), {(0.5 + 4.5) / 2, (0.125 + 3.5) / 2}));
  const Value delta = 2.0;
  CHECK(near(loss_named("huber", {{"delta", delta}})->value(outputs, targets),
             {(0.5 + 8) / 2, (0.125 + 6) / 2}));
}

TEST_CASE("binary cross-entropy takes one logit and targets 0 or 1", "[losses]") {
  const auto bce = loss_named("bce");
  CHECK(near(bce->value(column({0, 2, 2}), column({1, 1, 0})),
             {std::log(2), std::log1p(std::exp(-2)), 2 + std::log1p(std::exp(-2))}));
  const at::Tensor wide = at::zeros({3, 2}, at::kDouble), weights = at::ones({3}, at::kDouble);
  CHECK_THROWS_AS(bce->value(wide, wide), Error);
  CHECK_THROWS_AS(bce->gradient(wide, wide, weights), Error);
}

TEST_CASE("huge logits give finite losses and gradients", "[losses]") {
  const at::Tensor ones = at::ones({2}, at::kFloat);
  const at::Tensor logits = at::tensor({1e4, -1e4, -1e4, 1e4}, at::kFloat).view({2, 2});
  const at::Tensor classes = at::tensor({0, 0}, at::kLong);
  const auto entropy = loss_named("cross_entropy");
  CHECK(at::equal(entropy->value(logits, classes), at::tensor({0., 2e4}, at::kFloat)));
  CHECK(at::equal(entropy->gradient(logits, classes, ones),
                  at::tensor({0., 0., -1., 1.}, at::kFloat).view({2, 2})));
  const auto bce = loss_named("bce");
  const at::Tensor logit = logits.select(1, 0).unsqueeze(1), targets = at::ones({2, 1}, at::kFloat);
  CHECK(at::equal(bce->value(logit, targets), at::tensor({0., 1e4}, at::kFloat)));
  CHECK(at::equal(bce->gradient(logit, targets, ones), at::tensor({0., -1.}, at::kFloat).unsqueeze(1)));
}

TEST_CASE("a loss says whether it takes classes and log-probabilities", "[losses]") {
  for (const std::string name : {"cross_entropy", "nll", "mse", "huber", "bce"}) {
    CAPTURE(name);
    CHECK(loss_named(name)->classifies() == (name == "cross_entropy" || name == "nll"));
    CHECK(loss_named(name)->takes_log_probabilities() == (name == "nll"));
  }
}

}  // namespace
}  // namespace varangian
