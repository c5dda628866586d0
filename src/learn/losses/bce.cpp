#include "learn/loss.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

const Descriptor kBinaryCrossEntropy{
    .kind = Kind::loss,
    .name = "bce",
    .summary = "Binary cross-entropy of one logit; binary targets as values 0 or 1",
};

// log(1 + e^x), the loss of logit x where the target is 0. From 40 on it is x to the last digit.
at::Tensor surprise(const at::Tensor& x) { return at::softplus(x, /*beta=*/1, /*threshold=*/40); }

class BinaryCrossEntropy : public Loss {
 public:
  explicit BinaryCrossEntropy(const Values&) {}

  at::Tensor value(const at::Tensor& outputs, const at::Tensor& targets) const override {
    check(outputs);
    const at::Tensor if_one = at::mul(targets, surprise(outputs.neg()));
    return at::rsub(targets, 1).mul(surprise(outputs)).add(if_one).squeeze(1);
  }

  at::Tensor gradient(const at::Tensor& outputs, const at::Tensor& targets,
                      const at::Tensor& weights) const override {
    check(outputs);
    return at::sigmoid(outputs).sub_(targets).mul_(weights.unsqueeze(1));
  }

  bool classifies() const override { return false; }

 private:
  static void check(const at::Tensor& outputs) {
    if (outputs.size(1) != 1)
      throw Error::format("loss \"bce\" takes one output a sample, the logit of 1; this task has {}",
                          outputs.size(1));
  }
};

}  // namespace

VARANGIAN_REGISTER(BinaryCrossEntropy, kBinaryCrossEntropy)

}  // namespace varangian
