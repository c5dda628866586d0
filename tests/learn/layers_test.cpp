#include "learn/layer.h"
#include "support/catch.h"
#include "varangian/error.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace varangian {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

at::Tensor random_tensor(at::IntArrayRef shape) {
  at::manual_seed(7);
  return at::randn(shape, at::kDouble);
}

std::string error_of(const Layer& layer, const Shape& input) {
  try {
    layer.output(input);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("a linear layer is x W^T + b with weights laid out as torch's", "[layers]") {
  for (const int64_t out : {1, 3, 15, 16, 40}) {
    CAPTURE(out);
    const auto layer = make_linear(5, out);
    REQUIRE(layer->parameters() == 5 * out + out);
    const at::Tensor weights = random_tensor({6 * out}), x = random_tensor({7, 5});
    Saved saved;
    const at::Tensor y = layer->forward(x, weights, saved);
    const at::Tensor expected =
        at::linear(x, weights.narrow(0, 0, 5 * out).view({out, 5}), weights.narrow(0, 5 * out, out));
    CHECK(at::allclose(y, expected, 1e-12, 1e-12));
  }
}

TEST_CASE("a convolution is the sum that it is defined by", "[layers]") {
  const int64_t in = 2, out = 3, k = 2, height = 5, width = 4;
  const auto layer = make_conv2d(in, out, k);
  const at::Tensor weights = random_tensor({layer->parameters()}), x = random_tensor({3, in, height, width});
  Saved saved;
  const at::Tensor y = layer->forward(x, weights, saved);
  REQUIRE(y.sizes() == at::IntArrayRef({3, out, height - 1, width - 1}));
  const double* w = weights.const_data_ptr<double>();
  for (int64_t s = 0; s < 3; ++s)
    for (int64_t o = 0; o < out; ++o)
      for (int64_t r = 0; r < height - 1; ++r)
        for (int64_t q = 0; q < width - 1; ++q) {
          double sum = w[out * in * k * k + o];
          for (int64_t i = 0; i < in; ++i)
            for (int64_t a = 0; a < k; ++a)
              for (int64_t b = 0; b < k; ++b)
                sum += w[((o * in + i) * k + a) * k + b] * x[s][i][r + a][q + b].item<double>();
          REQUIRE(std::abs(y[s][o][r][q].item<double>() - sum) < 1e-12);
        }
}

TEST_CASE("each worker's sums are written into its row and nowhere else", "[layers]") {
  struct Case {
    std::unique_ptr<Layer> layer;
    Shape input;
  };
  std::vector<Case> cases;
  cases.push_back({make_linear(6, 3), {6}});
  cases.push_back({make_linear(6, 30), {6}});
  cases.push_back({make_conv2d(1, 2, 3), {1, 6, 5}});
  cases.push_back({make_conv2d(3, 2, 3), {3, 6, 5}});
  cases.push_back({make_conv2d(2, 3, 5, 2), {2, 3, 6}});
  for (const Case& c : cases)
    for (const at::ScalarType type : {at::kDouble, at::kFloat}) {
      const int64_t workers = 3, batch = 4, d = c.layer->parameters();
      CAPTURE(c.input, d, type);
      Shape samples = c.input, outputs = c.layer->output(c.input);
      samples.insert(samples.begin(), workers * batch);
      outputs.insert(outputs.begin(), workers * batch);
      const at::Tensor x = random_tensor(samples).to(type), grad = random_tensor(outputs).to(type);
      const at::Tensor weights = random_tensor({d}).to(type);
      at::Tensor matrix = at::full({workers, d + 9}, kNaN, x.options());
      at::Tensor input_grad;
      {
        const c10::InferenceMode inference;
        Saved saved;
        c.layer->forward(x, weights, saved);
        input_grad = c.layer->backward(grad, saved, weights, matrix.narrow(1, 4, d), true);
        CHECK_FALSE(c.layer->backward(grad, saved, weights, matrix.narrow(1, 4, d), false).defined());
      }
      const double tolerance = type == at::kFloat ? 1e-4 : 1e-11;
      for (int64_t i = 0; i < workers; ++i) {
        Saved saved;
        const at::Tensor leaf = weights.clone().requires_grad_();
        const at::Tensor mine = x.narrow(0, i * batch, batch).clone().requires_grad_();
        c.layer->forward(mine, leaf, saved).mul(grad.narrow(0, i * batch, batch)).sum().backward();
        CHECK(at::allclose(matrix[i].narrow(0, 4, d), leaf.grad(), tolerance, tolerance));
        CHECK(at::allclose(input_grad.narrow(0, i * batch, batch), mine.grad(), tolerance, tolerance));
      }
      CHECK(matrix.narrow(1, 0, 4).isnan().all().item<bool>());
      CHECK(matrix.narrow(1, 4 + d, 5).isnan().all().item<bool>());
    }
}

TEST_CASE("max pooling takes the first of equal values and leaves out a last odd row", "[layers]") {
  const auto layer = make_max_pool2d();
  CHECK(layer->output({2, 3, 5}) == Shape{2, 1, 2});
  const at::Tensor x = at::tensor({1., 4., 2., 2., 7., 3., 4., 2., 2., 7., 9., 9., 9., 9., 9.}, at::kDouble)
                           .view({1, 1, 3, 5});
  Saved saved;
  CHECK(at::equal(layer->forward(x, {}, saved), at::tensor({4., 2.}, at::kDouble).view({1, 1, 1, 2})));
  const at::Tensor grad = at::tensor({10., 20.}, at::kDouble).view({1, 1, 1, 2});
  const at::Tensor expected =
      at::tensor({0., 10., 20., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0.}, at::kDouble);
  CHECK(at::equal(layer->backward(grad, saved, {}, {}, true).flatten(), expected));
}

TEST_CASE("ReLU has derivative 0 at 0 and does not touch its input", "[layers]") {
  const auto layer = make_relu();
  const at::Tensor x = at::tensor({-1., 0., 2.}, at::kDouble), before = x.clone(), grad = at::ones_like(x);
  const c10::InferenceMode inference;
  Saved saved;
  CHECK(at::equal(layer->forward(x, {}, saved), at::tensor({0., 0., 2.}, at::kDouble)));
  CHECK(at::equal(layer->backward(grad, saved, {}, {}, true), at::tensor({0., 0., 1.}, at::kDouble)));
  CHECK(at::equal(x, before));
  CHECK(at::equal(grad, at::ones_like(x)));
}

TEST_CASE("flattening keeps the order of pixels whatever their order in memory", "[layers]") {
  const auto layer = make_flatten();
  const at::Tensor x = random_tensor({2, 3, 4, 5}),
                   channels_last = x.contiguous(at::MemoryFormat::ChannelsLast);
  Saved saved;
  const at::Tensor y = layer->forward(channels_last, {}, saved);
  CHECK(at::equal(y, x.reshape({2, 60})));
  CHECK(at::equal(layer->backward(y, saved, {}, {}, true), x));
}

TEST_CASE("log-softmax's backward is autograd's in either order in memory", "[layers]") {
  const auto layer = make_log_softmax();
  const at::Tensor rows = random_tensor({4, 3});
  for (const at::Tensor& x : {rows, rows.t().contiguous().t()})
    for (const at::Tensor& grad : {random_tensor({4, 3}), random_tensor({3, 4}).t()}) {
      const at::Tensor leaf = x.detach().requires_grad_();
      Saved saved;
      const at::Tensor y = layer->forward(leaf, {}, saved);
      CHECK(at::allclose(y, rows - rows.exp().sum(1, true).log(), 1e-12, 1e-12));
      y.mul(grad).sum().backward();
      CHECK(at::allclose(layer->backward(grad, saved, {}, {}, true), leaf.grad(), 1e-12, 1e-12));
    }
}

TEST_CASE("initial weights are uniform within 1/sqrt(fan-in), and each layer has its own", "[layers]") {
  const Random random(3, Purpose::initial_weights);
  struct Case {
    std::unique_ptr<Layer> layer;
    double bound;
  };
  std::vector<Case> cases;
  cases.push_back({make_linear(100, 50), 0.1});
  cases.push_back({make_conv2d(4, 50, 5), 0.1});
  for (const Case& c : cases) {
    const int64_t d = c.layer->parameters();
    const at::Tensor weights = at::full({d}, kNaN, at::kFloat), again = at::empty_like(weights),
                     other = at::empty_like(weights);
    c.layer->initialise(weights, random, 1);
    c.layer->initialise(again, random, 1);
    c.layer->initialise(other, random, 2);
    CHECK(at::equal(weights, again));
    CHECK(weights.eq(other).sum().item<int64_t>() < 3);
    CHECK(weights.abs().max().item<double>() <= c.bound * (1 + 1e-6));
    CHECK(weights.abs().max().item<double>() > 0.99 * c.bound);
    CHECK(std::abs(weights.mean().item<double>()) < 0.03 * c.bound);
    CHECK(std::abs(weights.square().mean().item<double>() * 3 / (c.bound * c.bound) - 1) < 0.05);
  }
}

TEST_CASE("a layer refuses samples that do not fit and says why", "[layers]") {
  CHECK(error_of(*make_linear(4, 2), {5}) == "a linear layer of 4 inputs cannot take samples of shape 5");
  CHECK(error_of(*make_linear(4, 2), {1, 2, 2}) ==
        "a linear layer of 4 inputs cannot take samples of shape 1 x 2 x 2");
  CHECK(error_of(*make_conv2d(3, 2, 5), {3, 9, 4}) ==
        "a 5 x 5 convolution of 3 channels cannot take samples of shape 3 x 9 x 4");
  CHECK(error_of(*make_conv2d(3, 2, 5), {3, 4, 9}) ==
        "a 5 x 5 convolution of 3 channels cannot take samples of shape 3 x 4 x 9");
  CHECK(error_of(*make_conv2d(3, 2, 5), {1, 9, 9}) ==
        "a 5 x 5 convolution of 3 channels cannot take samples of shape 1 x 9 x 9");
  CHECK(error_of(*make_max_pool2d(), {3, 1, 8}) ==
        "2 x 2 max pooling cannot take samples of shape 3 x 1 x 8");
  CHECK(error_of(*make_log_softmax(), {3, 8}) ==
        "log-softmax needs a vector and cannot take samples of shape 3 x 8");
}

TEST_CASE("a network joins layers over one flat vector and differentiates no lower than its weights",
          "[layers]") {
  std::vector<std::unique_ptr<Layer>> layers;
  layers.push_back(make_flatten());
  layers.push_back(make_linear(6, 4));
  layers.push_back(make_relu());
  layers.push_back(make_linear(4, 2));
  const Network network(std::move(layers), {2, 3});
  REQUIRE(network.parameters() == 6 * 4 + 4 + 4 * 2 + 2);
  CHECK(network.output() == Shape{2});
  const at::Tensor weights = at::full({38}, kNaN, at::kFloat);
  network.initialise(weights, Random(1, Purpose::initial_weights));
  CHECK_FALSE(weights.isnan().any().item<bool>());

  const at::Tensor w = weights.to(at::kDouble), x = random_tensor({5, 6});
  const at::Tensor hidden = at::linear(x, w.narrow(0, 0, 24).view({4, 6}), w.narrow(0, 24, 4)).relu();
  const at::Tensor expected = at::linear(hidden, w.narrow(0, 28, 8).view({2, 4}), w.narrow(0, 36, 2));
  std::vector<Saved> saved;
  CHECK(at::allclose(network.forward(x, w, saved), expected, 1e-12, 1e-12));
  CHECK(at::allclose(network.forward(x.view({5, 2, 3}), w), expected, 1e-12, 1e-12));

  // The lowest layer keeps the inputs for their shape alone: with them gone, backward must not ask for it.
  saved[0].clear();
  const at::Tensor rows = at::full({1, 38}, kNaN, at::kDouble);
  network.backward(at::ones({5, 2}, at::kDouble), saved, w, rows);
  CHECK_FALSE(rows.isnan().any().item<bool>());
}

TEST_CASE("equal layers of a network start with different weights", "[layers]") {
  std::vector<std::unique_ptr<Layer>> layers;
  layers.push_back(make_linear(9, 9));
  layers.push_back(make_linear(9, 9));
  const Network network(std::move(layers), {9});
  const at::Tensor weights = at::zeros({180}, at::kFloat);
  network.initialise(weights, Random(1, Purpose::initial_weights));
  CHECK(weights.narrow(0, 0, 90).ne(weights.narrow(0, 90, 90)).all().item<bool>());
}

TEST_CASE("a network refuses a layer that cannot follow the one before", "[layers]") {
  std::vector<std::unique_ptr<Layer>> layers;
  layers.push_back(make_linear(6, 4));
  layers.push_back(make_linear(5, 2));
  CHECK_THROWS_AS(Network(std::move(layers), {6}), Error);
}

}  // namespace
}  // namespace varangian
