#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// Minus kappa times the gradient over all training samples: what a server that averages would least want.
class FullGradientNegation final : public OmniscientAdversary {
 public:
  explicit FullGradientNegation(const Values& values) : kappa_(static_cast<float>(values.number("kappa"))) {}

  bool reads_full_gradient() const override { return true; }

  void forge(const OmniscientView& view, at::Tensor messages) const override {
    send_all(view.full_gradient.mul(-kappa_), messages);
  }

 private:
  float kappa_;
};

const Descriptor kFullGradientNegation{
    .kind = Kind::adversary,
    .name = "full_gradient_negation",
    .summary = "sends the negated gradient over all training samples, enlarged",
    .citation = "Blanchard, El Mhamdi, Guerraoui, Stainer 2017, arXiv 1703.02757 (omniscient)",
    .parameters = {{.name = "kappa", .summary = "its size", .initial = 100.0, .low = 0.0, .high = 1e30}},
    .knowledge = "omniscient",
};

}  // namespace
VARANGIAN_REGISTER(FullGradientNegation, kFullGradientNegation)
}  // namespace varangian
