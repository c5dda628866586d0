#include "learn/layer.h"

#include <ATen/ATen.h>

#include <functional>
#include <numeric>

namespace varangian {
namespace {

/// A sample of any shape as a vector, its last dimension fastest.
class Flatten : public Layer {
 public:
  Shape output(const Shape& input) const override {
    return {std::accumulate(input.begin(), input.end(), int64_t{1}, std::multiplies<>())};
  }

  at::Tensor forward(const at::Tensor& x, const at::Tensor&, Saved& saved) const override {
    saved = {x};
    return x.flatten(1);
  }

  at::Tensor backward(const at::Tensor& grad, const Saved& saved, const at::Tensor&, at::Tensor,
                      bool wants_input) const override {
    if (!wants_input) return {};
    // In the memory order of x: what comes before works element by element on both.
    return grad.reshape(saved[0].sizes()).contiguous(saved[0].suggest_memory_format());
  }
};

}  // namespace

std::unique_ptr<Layer> make_flatten() { return std::make_unique<Flatten>(); }

}  // namespace varangian
