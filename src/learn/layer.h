#pragma once

#include "varangian/random.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace varangian {

/// The shape of one sample between layers: {features} or {channels, height, width}.
using Shape = std::vector<int64_t>;

/// What a layer keeps from forward for backward.
using Saved = std::vector<at::Tensor>;

/// A layer in cohort form. A cohort is c workers that hold the same weights; their c * b samples pass
/// together, worker-major, so that everything but the weight gradients is one large batch. backward writes
/// the weight gradient of each worker into its row.
class Layer {
 public:
  virtual ~Layer();

  /// Throws Error when it cannot take samples of this shape.
  virtual Shape output(const Shape& input) const = 0;

  /// Weights and biases together; 0 for most layers.
  virtual int64_t parameters() const { return 0; }

  /// The first parameter of each part that counts as a layer of its own.
  virtual std::vector<int64_t> starts() const;

  /// True when a pass of several workers costs as much as theirs one by one.
  virtual bool one_worker_at_a_time() const { return false; }

  /// Fills weights, float32 [parameters()]; `random` and `index` give this layer its own numbers.
  virtual void initialise(at::Tensor weights, const Random& random, uint32_t index) const;

  /// x: [c * b, shape...]. Plain differentiable operators, so that autograd can check backward.
  virtual at::Tensor forward(const at::Tensor& x, const at::Tensor& weights, Saved& saved) const = 0;

  /// grad: the loss's gradient with respect to forward's output, [c * b, ...]. Writes the sums over each
  /// worker's samples into rows, [c, parameters()] with any stride between rows. Returns the gradient with
  /// respect to x, or an undefined tensor unless `wants_input`.
  virtual at::Tensor backward(const at::Tensor& grad, const Saved& saved, const at::Tensor& weights,
                              at::Tensor rows, bool wants_input) const = 0;
};

std::unique_ptr<Layer> make_linear(int64_t in, int64_t out);
/// Stride 1, `padding` rows of zeros on each side.
std::unique_ptr<Layer> make_conv2d(int64_t in, int64_t out, int64_t kernel, int64_t padding = 0);
/// Window and stride 2.
std::unique_ptr<Layer> make_max_pool2d();
std::unique_ptr<Layer> make_relu();
std::unique_ptr<Layer> make_sigmoid();
std::unique_ptr<Layer> make_flatten();
std::unique_ptr<Layer> make_log_softmax();

/// Layers in a row over one flat vector of weights.
class Network {
 public:
  /// Throws Error when a layer cannot follow the one before.
  Network(std::vector<std::unique_ptr<Layer>> layers, const Shape& input);

  int64_t parameters() const { return parameters_; }
  /// The first parameter of each layer that has any.
  std::vector<int64_t> starts() const;
  const Shape& output() const { return output_; }
  bool one_worker_at_a_time() const;
  void initialise(at::Tensor weights, const Random& random) const;

  /// inputs: [S, features flattened] or [S, shape...]; returns [S, outputs].
  at::Tensor forward(const at::Tensor& inputs, const at::Tensor& weights, std::vector<Saved>& saved) const;
  at::Tensor forward(const at::Tensor& inputs, const at::Tensor& weights) const;

  /// rows: [c, parameters()], written completely.
  void backward(const at::Tensor& grad, const std::vector<Saved>& saved, const at::Tensor& weights,
                at::Tensor rows) const;

 private:
  std::vector<std::unique_ptr<Layer>> layers_;
  std::vector<int64_t> offsets_;
  Shape input_, output_;
  int64_t parameters_ = 0;
};

}  // namespace varangian
