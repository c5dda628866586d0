#include "learn/loss.h"
#include "learn/model.h"
#include "support/catch.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace varangian {
namespace {

template <typename T>
std::unique_ptr<T> model_part(Kind kind, const std::string& name,
                              const std::map<std::string, Value>& given = {}) {
  return make<T>(kind, name, values_for(Registry::instance().describe(kind, name), given));
}

struct ModelCase {
  std::string model;
  std::map<std::string, Value> parameters;
  Shape input;
  int64_t outputs;
  std::string loss;
};

// Every model with every loss that fits it; images as small as they may be.
std::vector<ModelCase> model_cases() {
  std::vector<ModelCase> all;
  const Value hidden = std::vector<int64_t>{6, 4}, channels = std::vector<int64_t>{2, 3}, width = int64_t{5};
  for (const auto& [loss, outputs] :
       {std::pair{"cross_entropy", 4}, {"nll", 4}, {"mse", 2}, {"huber", 2}, {"bce", 1}}) {
    const Value log_softmax = std::string(loss) == "nll";
    all.push_back({"logistic", {{"log_softmax", log_softmax}}, {2, 4}, outputs, loss});
    all.push_back({"logistic", {{"sigmoid", true}, {"log_softmax", log_softmax}}, {5}, outputs, loss});
    all.push_back({"mlp", {{"hidden", hidden}, {"log_softmax", log_softmax}}, {8}, outputs, loss});
    all.push_back({"cnn",
                   {{"channels", channels}, {"hidden", width}, {"log_softmax", log_softmax}},
                   {2, 17, 16},
                   outputs,
                   loss});
  }
  all.push_back({"cnn", {{"channels", channels}, {"hidden", width}}, {1, 16, 16}, 20, "cross_entropy"});
  return all;
}

/// A cohort's inputs and targets, and its gradients by the layers' backward.
struct Cohort {
  Cohort(const ModelCase& c, int64_t workers, int64_t batch, at::ScalarType type)
      : network(model_part<Model>(Kind::model, c.model, c.parameters)->build(c.input, c.outputs)),
        loss(model_part<Loss>(Kind::loss, c.loss)),
        workers(workers),
        batch(batch) {
    at::manual_seed(11);
    Shape shape = c.input;
    shape.insert(shape.begin(), workers * batch);
    inputs = at::randn(shape, at::kDouble).to(type);
    weights = at::randn({network.parameters()}, at::kDouble).mul_(0.3).to(type);
    if (loss->classifies())
      targets = at::randint(0, c.outputs, {workers * batch});
    else if (c.loss == "bce")
      targets = at::randint(0, 2, {workers * batch, 1}).to(type);
    else
      targets = at::randn({workers * batch, c.outputs}, at::kDouble).mul_(2).to(type);
  }

  // Poisoned with NaN before, and inside a wider matrix.
  at::Tensor gradients() const {
    at::Tensor matrix = at::full({workers, network.parameters() + 11},
                                 std::numeric_limits<double>::quiet_NaN(), inputs.options());
    const at::Tensor rows = matrix.narrow(1, 3, network.parameters());
    const c10::InferenceMode inference;
    std::vector<Saved> saved;
    const at::Tensor outputs = network.forward(inputs, weights, saved);
    const at::Tensor share = at::full({workers * batch}, 1.0 / static_cast<double>(batch), inputs.options());
    network.backward(loss->gradient(outputs, targets, share), saved, weights, rows);
    return rows;
  }

  // Of one worker, from plain autograd on its own samples.
  at::Tensor autograd(int64_t worker) const {
    const at::Tensor leaf = weights.clone().requires_grad_();
    const at::Tensor outputs = network.forward(inputs.narrow(0, worker * batch, batch), leaf);
    loss->value(outputs, targets.narrow(0, worker * batch, batch)).mean().backward();
    return leaf.grad();
  }

  // Each worker's loss at weights that differ in one coordinate.
  at::Tensor losses(int64_t column, double step) const {
    const c10::InferenceMode inference;
    at::Tensor moved = weights.clone();
    moved.narrow(0, column, 1).add_(step);
    return loss->value(network.forward(inputs, moved), targets).view({workers, batch}).mean(1);
  }

  Network network;
  std::unique_ptr<Loss> loss;
  int64_t workers, batch;
  at::Tensor inputs, weights, targets;
};

TEST_CASE("each worker's gradient is that of plain autograd on its samples alone", "[models]") {
  for (const ModelCase& c : model_cases())
    for (const at::ScalarType type : {at::kDouble, at::kFloat})
      for (const int64_t workers : {1, 3})
        for (const int64_t batch : {1, 7, 32}) {
          CAPTURE(c.model, c.loss, c.input, type, workers, batch);
          const Cohort cohort(c, workers, batch, type);
          const at::Tensor rows = cohort.gradients();
          const double tolerance = type == at::kDouble ? 1e-11 : 1e-4;
          for (int64_t i = 0; i < workers; ++i) {
            const at::Tensor expected = cohort.autograd(i);
            const double error = (rows[i] - expected).abs().max().item<double>();
            CHECK(error <= tolerance * std::max(1.0, expected.abs().max().item<double>()));
          }
        }
}

TEST_CASE("each worker's gradient is that of central differences", "[models]") {
  constexpr double kStep = 1e-5;
  for (const ModelCase& c : model_cases())
    for (const int64_t workers : {1, 3})
      for (const int64_t batch : {1, 7, 32}) {
        CAPTURE(c.model, c.loss, c.input, workers, batch);
        const Cohort cohort(c, workers, batch, at::kDouble);
        const at::Tensor rows = cohort.gradients();
        const int64_t d = cohort.network.parameters();
        // All coordinates at 3 x 7, else enough of them to meet every layer.
        const int64_t stride = workers == 3 && batch == 7 ? 1 : 13;
        at::Tensor worst = at::zeros({}, at::kDouble);
        for (int64_t j = 0; j < d; j += stride) {
          const at::Tensor slope = (cohort.losses(j, kStep) - cohort.losses(j, -kStep)) / (2 * kStep);
          worst = at::maximum(worst, (slope - rows.select(1, j)).abs().max());  // NaN stays
        }
        CHECK(worst.item<double>() < 1e-7);
      }
}

TEST_CASE("forward and backward run on tensors without values", "[models]") {
  for (const ModelCase& c : model_cases()) {
    CAPTURE(c.model, c.loss);
    const Network network = model_part<Model>(Kind::model, c.model, c.parameters)->build(c.input, c.outputs);
    const auto loss = model_part<Loss>(Kind::loss, c.loss);
    const auto meta = at::TensorOptions(at::kFloat).device(at::kMeta);
    Shape shape = c.input;
    shape.insert(shape.begin(), 6);
    const at::Tensor weights = at::empty({network.parameters()}, meta),
                     rows = at::empty({3, network.parameters()}, meta);
    const at::Tensor targets =
        loss->classifies() ? at::empty({6}, meta.dtype(at::kLong)) : at::empty({6, c.outputs}, meta);
    const c10::InferenceMode inference;
    std::vector<Saved> saved;
    const at::Tensor outputs = network.forward(at::empty(shape, meta), weights, saved);
    CHECK(outputs.sizes() == at::IntArrayRef({6, c.outputs}));
    CHECK(loss->value(outputs, targets).sizes() == at::IntArrayRef({6}));
    const at::Tensor gradient = loss->gradient(outputs, targets, at::empty({6}, meta));
    CHECK(gradient.sizes() == outputs.sizes());
    network.backward(gradient, saved, weights, rows);
  }
}

TEST_CASE("the models have the documented numbers of parameters", "[models]") {
  CHECK(model_part<Model>(Kind::model, "logistic")->build({1, 28, 28}, 10).parameters() == 7850);
  CHECK(model_part<Model>(Kind::model, "mlp")->build({1, 28, 28}, 10).parameters() == 79510);
  CHECK(model_part<Model>(Kind::model, "cnn")->build({1, 28, 28}, 10).parameters() == 431080);
  CHECK(model_part<Model>(Kind::model, "cnn_cifar")->build({3, 32, 32}, 10).parameters() == 2324630);
  const Value none = std::vector<int64_t>{};
  CHECK(model_part<Model>(Kind::model, "mlp", {{"hidden", none}})->build({784}, 10).parameters() == 7850);
}

TEST_CASE("the perceptron is linear layers with ReLU between them", "[models]") {
  at::manual_seed(5);
  const Value hidden = std::vector<int64_t>{6, 4};
  const Network network = model_part<Model>(Kind::model, "mlp", {{"hidden", hidden}})->build({2, 3}, 2);
  const at::Tensor w = at::randn({network.parameters()}, at::kDouble), x = at::randn({5, 6}, at::kDouble);
  at::Tensor y = at::linear(x, w.narrow(0, 0, 36).view({6, 6}), w.narrow(0, 36, 6)).relu();
  y = at::linear(y, w.narrow(0, 42, 24).view({4, 6}), w.narrow(0, 66, 4)).relu();
  y = at::linear(y, w.narrow(0, 70, 8).view({2, 4}), w.narrow(0, 78, 2));
  CHECK(at::allclose(network.forward(x, w), y, 1e-12, 1e-12));
}

TEST_CASE("the convolutional network is convolution, ReLU and pooling twice, then two linear layers",
          "[models]") {
  at::manual_seed(5);
  const Value channels = std::vector<int64_t>{4, 3}, hidden = int64_t{6};
  const Network network = model_part<Model>(Kind::model, "cnn", {{"channels", channels}, {"hidden", hidden}})
                              ->build({2, 18, 20}, 5);
  const at::Tensor w = at::randn({network.parameters()}, at::kDouble),
                   x = at::randn({3, 2, 18, 20}, at::kDouble);
  int64_t used = 0;
  const auto take = [&](at::IntArrayRef shape) {
    const int64_t count = c10::multiply_integers(shape);
    used += count;
    return w.narrow(0, used - count, count).view(shape);
  };
  const at::Tensor w1 = take({4, 2, 5, 5}), b1 = take({4}), w2 = take({3, 4, 5, 5}), b2 = take({3});
  const at::Tensor w3 = take({6, 12 / 2}), b3 = take({6}), w4 = take({5, 6}), b4 = take({5});
  REQUIRE(used == network.parameters());
  at::Tensor y = at::max_pool2d(at::conv2d(x, w1, b1).relu(), {2, 2});
  y = at::max_pool2d(at::conv2d(y, w2, b2).relu(), {2, 2}).flatten(1);
  y = at::linear(at::linear(y, w3, b3).relu(), w4, b4);
  CHECK(at::allclose(network.forward(x, w), y, 1e-11, 1e-11));
}

TEST_CASE(
    "the network for CIFAR is padded convolution, ReLU and pooling three times, then three linear layers",
    "[models]") {
  at::manual_seed(5);
  const Network network = model_part<Model>(Kind::model, "cnn_cifar")->build({2, 8, 9}, 3);
  const at::Tensor w = at::randn({network.parameters()}, at::kDouble).mul_(0.05),
                   x = at::randn({2, 2, 8, 9}, at::kDouble);
  int64_t used = 0;
  const auto take = [&](at::IntArrayRef shape) {
    const int64_t count = c10::multiply_integers(shape);
    used += count;
    return w.narrow(0, used - count, count).view(shape);
  };
  at::Tensor y = x;
  for (const int64_t filters : {20, 100, 200}) {
    const at::Tensor filter = take({filters, y.size(1), 5, 5}), bias = take({filters});
    y = at::max_pool2d(at::conv2d(y, filter, bias, 1, 2).relu(), {2, 2});
  }
  y = y.flatten(1);
  for (const int64_t width : {512, 256, 3}) {
    const at::Tensor matrix = take({width, y.size(1)}), bias = take({width});
    y = at::linear(width == 512 ? y : y.relu(), matrix, bias);
  }
  REQUIRE(used == network.parameters());
  CHECK(at::allclose(network.forward(x, w), y, 1e-11, 1e-11));
}

TEST_CASE("log_softmax makes outputs log-probabilities and says so", "[models]") {
  at::manual_seed(5);
  for (const std::string name : {"logistic", "mlp", "cnn", "cnn_cifar"}) {
    CAPTURE(name);
    const Value yes = true;
    CHECK_FALSE(model_part<Model>(Kind::model, name)->log_probabilities());
    const auto model = model_part<Model>(Kind::model, name, {{"log_softmax", yes}});
    CHECK(model->log_probabilities());
    const Network network = model->build({1, 16, 16}, 3);
    const at::Tensor weights = at::randn({network.parameters()}, at::kDouble).mul_(0.1);
    const at::Tensor outputs = network.forward(at::randn({2, 256}, at::kDouble), weights);
    CHECK(at::allclose(outputs.exp().sum(1), at::ones({2}, at::kDouble)));
  }
}

TEST_CASE("the convolutional network says what kind of input it needs", "[models]") {
  const auto error_of = [](const Shape& input, const std::vector<int64_t>& channels) -> std::string {
    try {
      model_part<Model>(Kind::model, "cnn", {{"channels", channels}})->build(input, 10);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  CHECK(error_of({784}, {20, 50}) ==
        "model \"cnn\" needs images, {channels, height, width}; an input of this data set is {784}");
  CHECK(error_of({3, 28, 15}, {20, 50}) ==
        "model \"cnn\" needs images of at least 16 x 16 pixels; those of this data set have 28 x 15");
  CHECK(error_of({1, 28, 28}, {20}) ==
        "model \"cnn\": \"channels\" takes two numbers, one for each convolution; it has 1");
  CHECK(error_of({1, 16, 16}, {20, 50}).empty());
}

}  // namespace
}  // namespace varangian
