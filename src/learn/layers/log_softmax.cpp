#include "learn/layer.h"
#include "learn/softmax.h"
#include "varangian/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace varangian {
namespace {

/// Outputs as logarithms of probabilities.
class LogSoftmax : public Layer {
 public:
  Shape output(const Shape& input) const override {
    if (input.size() != 1)
      throw Error::format("log-softmax needs a vector and cannot take samples of shape {}",
                          fmt::join(input, " x "));
    return input;
  }

  at::Tensor forward(const at::Tensor& x, const at::Tensor&, Saved& saved) const override {
    saved = {varangian::log_softmax(x)};
    return saved[0];
  }

  at::Tensor backward(const at::Tensor& grad, const Saved& saved, const at::Tensor&, at::Tensor,
                      bool wants_input) const override {
    return wants_input ? log_softmax_backward(grad, saved[0]) : at::Tensor();
  }
};

}  // namespace

std::unique_ptr<Layer> make_log_softmax() { return std::make_unique<LogSoftmax>(); }

}  // namespace varangian
