#include "learn/loss.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

const Descriptor kNll{
    .kind = Kind::loss,
    .name = "nll",
    .summary = "Minus the log-probability (natural) of the true class, from a model with log_softmax",
};

class Nll : public Loss {
 public:
  explicit Nll(const Values&) {}

  at::Tensor value(const at::Tensor& outputs, const at::Tensor& targets) const override {
    return at::nll_loss(outputs, targets, {}, at::Reduction::None);
  }

  at::Tensor gradient(const at::Tensor& outputs, const at::Tensor& targets,
                      const at::Tensor& weights) const override {
    return at::zeros_like(outputs).scatter_(1, targets.unsqueeze(1), weights.neg().unsqueeze(1));
  }

  bool classifies() const override { return true; }
  bool takes_log_probabilities() const override { return true; }
};

}  // namespace

VARANGIAN_REGISTER(Nll, kNll)

}  // namespace varangian
