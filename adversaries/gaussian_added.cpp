#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// Adds independent N(0, deviation^2) to its honest message.
class GaussianAdded final : public BlindAdversary {
 public:
  explicit GaussianAdded(const Values& values) : deviation_(static_cast<float>(values.number("deviation"))) {}

  void forge(const BlindView& view, at::Tensor messages) const override {
    view.random.normal(messages, view.workers);
    messages.mul_(deviation_).add_(view.own);
  }

 private:
  float deviation_;
};

const Descriptor kGaussianAdded{
    .kind = Kind::adversary,
    .name = "gaussian_added",
    .summary = "adds Gaussian noise to its honest message",
    .citation = "Park, Lee 2024, \"SignSGD with federated defense\" (ICML), their code",
    .parameters = {{.name = "deviation",
                    .summary = "standard deviation of the noise in every coordinate",
                    .initial = 1.0,
                    .low = 0.0,
                    .high = 1e30}},
    .knowledge = "blind",
};

}  // namespace
VARANGIAN_REGISTER(GaussianAdded, kGaussianAdded)
}  // namespace varangian
