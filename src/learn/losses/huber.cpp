#include "learn/loss.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

const Descriptor kHuber{
    .kind = Kind::loss,
    .name = "huber",
    .summary = "e^2 / 2 for errors |e| <= delta, else delta (|e| - delta / 2); mean over the outputs",
    .citation = "Huber 1964, Robust estimation of a location parameter",
    .parameters = {{.name = "delta",
                    .summary = "where the loss turns from a square into a line",
                    .initial = 1.0,
                    .low = 0,
                    .above_low = true}},
};

class Huber : public Loss {
 public:
  explicit Huber(const Values& values) : delta_(values.number("delta")) {}

  at::Tensor value(const at::Tensor& outputs, const at::Tensor& targets) const override {
    // clipped (error - clipped / 2): at::huber_loss does not know tensors without values.
    const at::Tensor error = at::sub(outputs, targets), clipped = error.clamp(-delta_, delta_);
    return clipped.mul(error.sub(clipped, 0.5)).mean(1);
  }

  at::Tensor gradient(const at::Tensor& outputs, const at::Tensor& targets,
                      const at::Tensor& weights) const override {
    const double scale = 1.0 / static_cast<double>(outputs.size(1));
    return at::sub(outputs, targets).clamp_(-delta_, delta_).mul_(at::mul(weights, scale).unsqueeze(1));
  }

  bool classifies() const override { return false; }

 private:
  double delta_;
};

}  // namespace

VARANGIAN_REGISTER(Huber, kHuber)

}  // namespace varangian
