#include "learn/metric.h"
#include "support/catch.h"

#include <ATen/ATen.h>

#include <cmath>
#include <string>
#include <vector>

namespace varangian {
namespace {

std::unique_ptr<Metric> metric_named(const std::string& name) {
  return make<Metric>(Kind::metric, name, values_for(Registry::instance().describe(Kind::metric, name)));
}

struct Split {
  at::Tensor outputs, targets, losses;
};

Split split_for(const Metric& metric, int64_t samples, int64_t outputs) {
  at::manual_seed(19);
  Split split{at::randn({samples, outputs}, at::kFloat), at::randn({samples, outputs}, at::kFloat),
              at::rand({samples}, at::kFloat)};
  if (metric.classifies()) split.targets = at::randint(0, outputs, {samples});
  return split;
}

at::Tensor sums_of(const Metric& metric, const Split& split, int64_t begin, int64_t end) {
  const auto part = [&](const at::Tensor& t) { return t.narrow(0, begin, end - begin); };
  return metric.sums(part(split.outputs), part(split.targets), part(split.losses));
}

std::vector<double> finish(const Metric& metric, const at::Tensor& sums, int64_t samples) {
  return metric.finish({sums.const_data_ptr<double>(), static_cast<size_t>(sums.numel())}, samples);
}

std::vector<double> evaluate(const std::string& name, const Split& split) {
  const auto metric = metric_named(name);
  const int64_t samples = split.outputs.size(0);
  return finish(*metric, sums_of(*metric, split, 0, samples), samples);
}

at::Tensor matrix(std::vector<double> values, int64_t columns) {
  return at::tensor(values, at::kFloat).view({-1, columns});
}

const std::vector<std::string> kNames = {"accuracy", "accuracy_by_class", "binary_accuracy",
                                         "mae",      "perplexity",        "r2"};

TEST_CASE("a split in two chunks gives what it gives in one", "[metrics]") {
  for (const std::string& name : kNames) {
    CAPTURE(name);
    const auto metric = metric_named(name);
    const int64_t samples = 101, outputs = name == "binary_accuracy" ? 1 : 4;
    const Split split = split_for(*metric, samples, outputs);
    const at::Tensor whole = sums_of(*metric, split, 0, samples);
    const at::Tensor parts = sums_of(*metric, split, 0, 37) + sums_of(*metric, split, 37, samples);
    REQUIRE(whole.scalar_type() == at::kDouble);
    REQUIRE(whole.sizes() == at::IntArrayRef({metric->count(outputs)}));
    const auto one = finish(*metric, whole, samples), two = finish(*metric, parts, samples);
    REQUIRE(one.size() == metric->columns(outputs).size());
    REQUIRE(two.size() == one.size());
    for (size_t i = 0; i < one.size(); ++i) CHECK(std::abs(one[i] - two[i]) < 1e-12 * std::abs(one[i]));
  }
}

TEST_CASE("sums of tensors without values have the declared number", "[metrics]") {
  const auto meta = at::TensorOptions(at::kFloat).device(at::kMeta);
  for (const std::string& name : kNames) {
    CAPTURE(name);
    const auto metric = metric_named(name);
    const at::Tensor outputs = at::empty({8, 3}, meta), losses = at::empty({8}, meta);
    const at::Tensor targets =
        metric->classifies() ? at::empty({8}, meta.dtype(at::kLong)) : at::empty({8, 3}, meta);
    const at::Tensor sums = metric->sums(outputs, targets, losses);
    CHECK(sums.sizes() == at::IntArrayRef({metric->count(3)}));
    CHECK(sums.scalar_type() == at::kDouble);
  }
}

TEST_CASE("accuracy counts the samples whose largest output is the true class", "[metrics]") {
  const Split split{matrix({1, 2, 0, 5, 3, 4, 0, 0, 1, 9, 8, 7}, 3), at::tensor({1, 0, 1, 0}, at::kLong),
                    at::zeros({4}, at::kFloat)};
  CHECK(evaluate("accuracy", split) == std::vector<double>{0.75});
  const auto by_class = evaluate("accuracy_by_class", split);
  REQUIRE(by_class.size() == 3);
  CHECK(by_class[0] == 1);
  CHECK(by_class[1] == 0.5);
  CHECK(std::isnan(by_class[2]));
  CHECK(metric_named("accuracy_by_class")->columns(3) ==
        std::vector<std::string>{"accuracy_class_0", "accuracy_class_1", "accuracy_class_2"});
}

TEST_CASE("binary accuracy compares the sign of the logit with the target", "[metrics]") {
  const Split split{matrix({0.1, -0.1, 3, -3}, 1), matrix({1, 1, 0, 0}, 1), at::zeros({4}, at::kFloat)};
  CHECK(evaluate("binary_accuracy", split) == std::vector<double>{0.5});
}

TEST_CASE("the mean absolute error is over samples and outputs", "[metrics]") {
  const Split split{matrix({1, 2, 3, -4}, 2), matrix({0, 0, 3, 2}, 2), at::zeros({2}, at::kFloat)};
  CHECK(evaluate("mae", split) == std::vector<double>{(1 + 2 + 0 + 6) / 4.0});
}

TEST_CASE("r2 is 1 for the targets, 0 for their mean and the average over outputs", "[metrics]") {
  const at::Tensor targets = matrix({1, 10, 2, 20, 6, 60}, 2), losses = at::zeros({3}, at::kFloat);
  CHECK(std::abs(evaluate("r2", {targets, targets, losses})[0] - 1) < 1e-12);
  CHECK(std::abs(evaluate("r2", {matrix({3, 30, 3, 30, 3, 30}, 2), targets, losses})[0]) < 1e-12);
  // Errors 1, 1, 1 in the first output, whose squared deviations sum to 14; none in the second.
  const at::Tensor outputs = matrix({2, 10, 3, 20, 7, 60}, 2);
  CHECK(std::abs(evaluate("r2", {outputs, targets, losses})[0] - (1 - 3.0 / 14 / 2)) < 1e-12);
}

TEST_CASE("r2 of a constant target is not a number", "[metrics]") {
  const at::Tensor targets = at::full({1000, 1}, 0.1, at::kFloat), outputs = at::zeros({1000, 1}, at::kFloat);
  CHECK(std::isnan(evaluate("r2", {outputs, targets, at::zeros({1000}, at::kFloat)})[0]));
}

TEST_CASE("perplexity of a uniform guess is the number of classes", "[metrics]") {
  const Split split{at::zeros({5, 7}, at::kFloat), at::zeros({5}, at::kLong),
                    at::full({5}, std::log(7.0), at::kDouble)};
  CHECK(std::abs(evaluate("perplexity", split)[0] - 7) < 1e-12);
  CHECK(metric_named("perplexity")->columns(7) == std::vector<std::string>{"perplexity"});
}

}  // namespace
}  // namespace varangian
