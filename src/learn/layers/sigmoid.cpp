#include "learn/layer.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

/// 1 / (1 + exp(-x)).
class Sigmoid : public Layer {
 public:
  Shape output(const Shape& input) const override { return input; }

  at::Tensor forward(const at::Tensor& x, const at::Tensor&, Saved& saved) const override {
    saved = {at::sigmoid(x)};
    return saved[0];
  }

  at::Tensor backward(const at::Tensor& grad, const Saved& saved, const at::Tensor&, at::Tensor,
                      bool wants_input) const override {
    return wants_input ? at::sigmoid_backward(grad, saved[0]) : at::Tensor();
  }
};

}  // namespace

std::unique_ptr<Layer> make_sigmoid() { return std::make_unique<Sigmoid>(); }

}  // namespace varangian
