#include "learn/layer.h"
#include "varangian/error.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

namespace varangian {
namespace {

// Below this many outputs MKL is twice as fast when they are the rows of the product; the result then stays
// transposed in memory, which suits softmax too.
constexpr int64_t kNarrow = 16;

/// y = x W^T + b; weights are W [out, in], then b [out].
class Linear : public Layer {
 public:
  Linear(int64_t in, int64_t out) : in_(in), out_(out) {}

  Shape output(const Shape& input) const override {
    if (input != Shape{in_})
      throw Error::format("a linear layer of {} inputs cannot take samples of shape {}", in_,
                          fmt::join(input, " x "));
    return {out_};
  }

  int64_t parameters() const override { return out_ * in_ + out_; }

  void initialise(at::Tensor weights, const Random& random, uint32_t index) const override {
    const int64_t stream[] = {index};
    random.uniform(weights.unsqueeze(0), stream);
    weights.mul_(1 / std::sqrt(static_cast<double>(in_)));
  }

  at::Tensor forward(const at::Tensor& x, const at::Tensor& weights, Saved& saved) const override {
    saved = {x};
    const at::Tensor bias = weights.narrow(0, out_ * in_, out_);
    if (out_ < kNarrow) return at::addmm(bias.unsqueeze(1), matrix(weights), x.t()).t();
    return at::addmm(bias, x, matrix(weights).t());
  }

  at::Tensor backward(const at::Tensor& grad, const Saved& saved, const at::Tensor& weights, at::Tensor rows,
                      bool wants_input) const override {
    const int64_t workers = rows.size(0);
    const at::Tensor g = grad.reshape({workers, -1, out_});
    const at::Tensor x = saved[0].reshape({workers, -1, in_});
    // The views are strided: both results are written where they belong, without a copy.
    at::Tensor matrices = rows.narrow(1, 0, out_ * in_).view({workers, out_, in_});
    at::Tensor biases = rows.narrow(1, out_ * in_, out_);
    at::bmm_out(matrices, g.transpose(1, 2), x);
    at::sum_out(biases, g, {1});
    return wants_input ? at::mm(grad, matrix(weights)) : at::Tensor();
  }

 private:
  at::Tensor matrix(const at::Tensor& weights) const {
    return weights.narrow(0, 0, out_ * in_).view({out_, in_});
  }

  int64_t in_, out_;
};

}  // namespace

std::unique_ptr<Layer> make_linear(int64_t in, int64_t out) { return std::make_unique<Linear>(in, out); }

}  // namespace varangian
