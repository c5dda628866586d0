#include "learn/layer.h"
#include "varangian/error.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cmath>

namespace varangian {
namespace {

/// On the CPU, x with its channels innermost: oneDNN is up to twice as fast on them, max pooling ten times.
/// One channel lies in both orders, and only its strides say which is meant.
at::Tensor channels_last(const at::Tensor& x) {
  if (!x.is_cpu()) return x.contiguous();
  if (x.size(1) > 1) return x.contiguous(at::MemoryFormat::ChannelsLast);
  return x.as_strided(x.sizes(), {x.stride(0), 1, x.stride(2), x.stride(3)});
}

/// Square kernel, stride 1, zeros around; weights are [out, in, kernel, kernel], then biases [out]. ATen's
/// convolution does not know tensors without values ("meta"): they get their shapes here.
class Conv2d : public Layer {
 public:
  Conv2d(int64_t in, int64_t out, int64_t kernel, int64_t padding)
      : in_(in), out_(out), kernel_(kernel), padding_(padding) {}

  Shape output(const Shape& input) const override {
    if (input.size() != 3 || input[0] != in_ || grown(input[1]) < 1 || grown(input[2]) < 1)
      throw Error::format("a {} x {} convolution of {} channels cannot take samples of shape {}", kernel_,
                          kernel_, in_, fmt::join(input, " x "));
    return {out_, grown(input[1]), grown(input[2])};
  }

  int64_t parameters() const override { return filters() + out_; }

  void initialise(at::Tensor weights, const Random& random, uint32_t index) const override {
    const int64_t stream[] = {index};
    random.uniform(weights.unsqueeze(0), stream);
    weights.mul_(1 / std::sqrt(static_cast<double>(in_ * kernel_ * kernel_)));
  }

  at::Tensor forward(const at::Tensor& x, const at::Tensor& weights, Saved& saved) const override {
    saved = {channels_last(x)};
    if (x.is_meta()) return x.new_empty({x.size(0), out_, grown(x.size(2)), grown(x.size(3))});
    return at::conv2d(saved[0], filter(weights), weights.narrow(0, filters(), out_), /*stride=*/1, padding_);
  }

  // The input gradient of all workers is one call; a weight gradient sums over all samples of its call, so
  // there is one for each worker. That takes no longer than one call for all of them.
  at::Tensor backward(const at::Tensor& grad, const Saved& saved, const at::Tensor& weights, at::Tensor rows,
                      bool wants_input) const override {
    const at::Tensor g = channels_last(grad), w = filter(weights);
    const int64_t workers = rows.size(0), batch = g.size(0) / workers;
    for (int64_t i = 0; i < workers; ++i) {
      const auto [unused, filter_grad, bias_grad] = differentiate(
          g.narrow(0, i * batch, batch), saved[0].narrow(0, i * batch, batch), w, {false, true, true});
      const at::Tensor row = rows.select(0, i);
      filter(row).copy_(filter_grad);
      row.narrow(0, filters(), out_).copy_(bias_grad);
    }
    if (!wants_input) return {};
    return std::get<0>(differentiate(g, saved[0], w, {true, false, false}));
  }

 private:
  std::tuple<at::Tensor, at::Tensor, at::Tensor> differentiate(const at::Tensor& grad, const at::Tensor& x,
                                                               const at::Tensor& filter,
                                                               std::array<bool, 3> wanted) const {
    if (x.is_meta()) return {at::empty_like(x), at::empty_like(filter), filter.new_empty({out_})};
    return at::convolution_backward(grad, x, filter, at::IntArrayRef{out_}, /*stride=*/{1, 1},
                                    /*padding=*/{padding_, padding_},
                                    /*dilation=*/{1, 1}, /*transposed=*/false, /*output_padding=*/{0, 0},
                                    /*groups=*/1, wanted);
  }

  /// One side of an image after the convolution.
  int64_t grown(int64_t side) const { return side + 2 * padding_ - kernel_ + 1; }

  int64_t filters() const { return out_ * in_ * kernel_ * kernel_; }

  at::Tensor filter(const at::Tensor& weights) const {
    return weights.narrow(0, 0, filters()).view({out_, in_, kernel_, kernel_});
  }

  int64_t in_, out_, kernel_, padding_;
};

}  // namespace

std::unique_ptr<Layer> make_conv2d(int64_t in, int64_t out, int64_t kernel, int64_t padding) {
  return std::make_unique<Conv2d>(in, out, kernel, padding);
}

}  // namespace varangian
