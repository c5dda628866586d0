#include "learn/loss.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

const Descriptor kMse{
    .kind = Kind::loss,
    .name = "mse",
    .summary = "Squared error, mean over the outputs",
};

class Mse : public Loss {
 public:
  explicit Mse(const Values&) {}

  at::Tensor value(const at::Tensor& outputs, const at::Tensor& targets) const override {
    return at::sub(outputs, targets).square().mean(1);
  }

  at::Tensor gradient(const at::Tensor& outputs, const at::Tensor& targets,
                      const at::Tensor& weights) const override {
    const double scale = 2.0 / static_cast<double>(outputs.size(1));
    return at::sub(outputs, targets).mul_(at::mul(weights, scale).unsqueeze(1));
  }

  bool classifies() const override { return false; }
};

}  // namespace

VARANGIAN_REGISTER(Mse, kMse)

}  // namespace varangian
