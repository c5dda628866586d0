// An adversary of my own. `varangian describe my_component --plugin my_component/my_component.so` shows it.
#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace {

using namespace varangian;

// Sends its honest message times a factor, in reverse order. Row i of `messages` is worker view.workers[i]'s,
// and may depend on row i of view.own alone; take randomness from view.random only.
class MyComponent final : public BlindAdversary {
 public:
  explicit MyComponent(const Values& values) : factor_(values.number("factor")) {}

  void forge(const BlindView& view, at::Tensor messages) const override {
    messages.copy_(view.own.flip(1).mul(factor_));
  }

 private:
  double factor_;
};

const Descriptor kMyComponent{
    .kind = Kind::adversary,
    .name = "my_component",
    .summary = "sends its honest message times a factor, in reverse order",
    .citation = "mine",
    .parameters = {{.name = "factor", .summary = "a multiple", .initial = -1.0, .low = -100, .high = 100}},
    .knowledge = "blind",
};

}  // namespace

VARANGIAN_REGISTER(MyComponent, kMyComponent)
