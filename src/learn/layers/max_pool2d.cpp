#include "learn/layer.h"
#include "varangian/error.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <tuple>

namespace varangian {
namespace {

/// The maximum of each 2 x 2 window; a last odd row or column is left out. Of equal values the first counts.
class MaxPool2d : public Layer {
 public:
  Shape output(const Shape& input) const override {
    if (input.size() != 3 || input[1] < 2 || input[2] < 2)
      throw Error::format("2 x 2 max pooling cannot take samples of shape {}", fmt::join(input, " x "));
    return {input[0], input[1] / 2, input[2] / 2};
  }

  at::Tensor forward(const at::Tensor& x, const at::Tensor&, Saved& saved) const override {
    auto [maxima, indices] = at::max_pool2d_with_indices(x, {2, 2}, {2, 2});
    saved = {x, indices};
    return maxima;
  }

  at::Tensor backward(const at::Tensor& grad, const Saved& saved, const at::Tensor&, at::Tensor,
                      bool wants_input) const override {
    if (!wants_input) return {};
    return at::max_pool2d_with_indices_backward(grad, saved[0], /*kernel_size=*/{2, 2}, /*stride=*/{2, 2},
                                                /*padding=*/{0, 0}, /*dilation=*/{1, 1}, /*ceil_mode=*/false,
                                                saved[1]);
  }
};

}  // namespace

std::unique_ptr<Layer> make_max_pool2d() { return std::make_unique<MaxPool2d>(); }

}  // namespace varangian
