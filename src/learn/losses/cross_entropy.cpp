#include "learn/loss.h"
#include "learn/softmax.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

const Descriptor kCrossEntropy{
    .kind = Kind::loss,
    .name = "cross_entropy",
    .summary = "Minus the log-probability (natural) of the true class, from logits",
};

class CrossEntropy : public Loss {
 public:
  explicit CrossEntropy(const Values&) {}

  at::Tensor value(const at::Tensor& outputs, const at::Tensor& targets) const override {
    return at::nll_loss(varangian::log_softmax(outputs), targets, {}, at::Reduction::None);
  }

  // weight (softmax - one-hot)
  at::Tensor gradient(const at::Tensor& outputs, const at::Tensor& targets,
                      const at::Tensor& weights) const override {
    const at::Tensor column = weights.unsqueeze(1);
    return varangian::softmax(outputs).mul_(column).scatter_add_(1, targets.unsqueeze(1), column.neg());
  }

  bool classifies() const override { return true; }
};

}  // namespace

VARANGIAN_REGISTER(CrossEntropy, kCrossEntropy)

}  // namespace varangian
