#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// Multiplies each coordinate of its honest message by factor * s, s = -1 or +1 by a fair coin of its own.
class RandomSign final : public BlindAdversary {
 public:
  explicit RandomSign(const Values& values) : factor_(static_cast<float>(values.number("factor"))) {}

  void forge(const BlindView& view, at::Tensor messages) const override {
    view.random.signs(messages, view.workers);
    messages.mul_(view.own).mul_(factor_);
  }

 private:
  float factor_;
};

const Descriptor kRandomSign{
    .kind = Kind::adversary,
    .name = "random_sign",
    .summary = "multiplies each coordinate of its honest message by factor times a random sign",
    .citation =
        "Bernstein, Zhao, Azizzadenesheli, Anandkumar 2019, arXiv 1810.05291 (workers that randomise)",
    .parameters =
        {{.name = "factor", .summary = "size of the multiplier", .initial = 1.0, .low = 0.0, .high = 1e30}},
    .knowledge = "blind",
};

}  // namespace
VARANGIAN_REGISTER(RandomSign, kRandomSign)
}  // namespace varangian
