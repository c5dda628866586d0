#include "learn/layer.h"
#include "varangian/error.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

namespace varangian {
namespace {

at::Tensor as_samples(const at::Tensor& inputs, const Shape& shape) {
  Shape whole = {inputs.size(0)};
  whole.insert(whole.end(), shape.begin(), shape.end());
  return inputs.reshape(whole);
}

}  // namespace

Layer::~Layer() = default;

std::vector<int64_t> Layer::starts() const {
  return parameters() > 0 ? std::vector<int64_t>{0} : std::vector<int64_t>{};
}

void Layer::initialise(at::Tensor, const Random&, uint32_t) const {}

Network::Network(std::vector<std::unique_ptr<Layer>> layers, const Shape& input)
    : layers_(std::move(layers)), input_(input), output_(input) {
  for (const auto& layer : layers_) {
    offsets_.push_back(parameters_);
    parameters_ += layer->parameters();
    output_ = layer->output(output_);
  }
}

std::vector<int64_t> Network::starts() const {
  std::vector<int64_t> found;
  for (size_t i = 0; i < layers_.size(); ++i)
    for (const int64_t start : layers_[i]->starts()) found.push_back(offsets_[i] + start);
  return found;
}

bool Network::one_worker_at_a_time() const {
  return std::any_of(layers_.begin(), layers_.end(),
                     [](const auto& layer) { return layer->one_worker_at_a_time(); });
}

void Network::initialise(at::Tensor weights, const Random& random) const {
  VARANGIAN_ASSERT_EQ(weights.numel(), parameters_);
  for (size_t i = 0; i < layers_.size(); ++i)
    layers_[i]->initialise(weights.narrow(0, offsets_[i], layers_[i]->parameters()), random,
                           static_cast<uint32_t>(i));
}

at::Tensor Network::forward(const at::Tensor& inputs, const at::Tensor& weights,
                            std::vector<Saved>& saved) const {
  VARANGIAN_ASSERT_EQ(weights.numel(), parameters_);
  at::Tensor x = as_samples(inputs, input_);
  saved.resize(layers_.size());
  for (size_t i = 0; i < layers_.size(); ++i)
    x = layers_[i]->forward(x, weights.narrow(0, offsets_[i], layers_[i]->parameters()), saved[i]);
  return x;
}

at::Tensor Network::forward(const at::Tensor& inputs, const at::Tensor& weights) const {
  VARANGIAN_ASSERT_EQ(weights.numel(), parameters_);
  at::Tensor x = as_samples(inputs, input_);
  for (size_t i = 0; i < layers_.size(); ++i) {
    Saved dropped;
    x = layers_[i]->forward(x, weights.narrow(0, offsets_[i], layers_[i]->parameters()), dropped);
  }
  return x;
}

void Network::backward(const at::Tensor& grad, const std::vector<Saved>& saved, const at::Tensor& weights,
                       at::Tensor rows) const {
  VARANGIAN_ASSERT_EQ(rows.size(1), parameters_);
  VARANGIAN_ASSERT_EQ(saved.size(), layers_.size());
  at::Tensor upper = grad;
  for (size_t i = layers_.size(); i-- > 0;) {
    const Layer& layer = *layers_[i];
    // Nothing below the lowest weights is differentiated.
    const bool weights_below = offsets_[i] > 0;
    upper = layer.backward(upper, saved[i], weights.narrow(0, offsets_[i], layer.parameters()),
                           rows.narrow(1, offsets_[i], layer.parameters()), weights_below);
    if (!weights_below) break;
  }
}

}  // namespace varangian
