#include "learn/layer.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

/// max(x, 0), with derivative 0 at 0.
class Relu : public Layer {
 public:
  Shape output(const Shape& input) const override { return input; }

  at::Tensor forward(const at::Tensor& x, const at::Tensor&, Saved& saved) const override {
    saved = {at::threshold(x, 0, 0)};  // at::relu does not know tensors without values
    return saved[0];
  }

  at::Tensor backward(const at::Tensor& grad, const Saved& saved, const at::Tensor&, at::Tensor,
                      bool wants_input) const override {
    // The output is positive where the input was, so that the input need not be kept.
    return wants_input ? at::threshold_backward(grad, saved[0], 0) : at::Tensor();
  }
};

}  // namespace

std::unique_ptr<Layer> make_relu() { return std::make_unique<Relu>(); }

}  // namespace varangian
