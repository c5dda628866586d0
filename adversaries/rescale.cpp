#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// Sends factor times its own honest message. A sign wire lets nothing through of it but the factor's sign.
class Rescale final : public BlindAdversary {
 public:
  explicit Rescale(const Values& values) : factor_(static_cast<float>(values.number("factor"))) {}

  void forge(const BlindView& view, at::Tensor messages) const override {
    at::mul_out(messages, view.own, at::scalar_tensor(factor_, view.own.options()));
  }

 private:
  float factor_;
};

const Descriptor kRescale{
    .kind = Kind::adversary,
    .name = "rescale",
    .summary = "sends a multiple of its own honest message",
    .citation = "Bernstein, Zhao, Azizzadenesheli, Anandkumar 2019, arXiv 1810.05291",
    .parameters = {{.name = "factor",
                    .summary = "the multiple; negative inverts as well",
                    .initial = -10.0,
                    .low = -1e30,
                    .high = 1e30}},
    .knowledge = "blind",
};

}  // namespace
VARANGIAN_REGISTER(Rescale, kRescale)
}  // namespace varangian
