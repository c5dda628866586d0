#include "varangian/adversary.h"

#include <ATen/ATen.h>

#include <limits>

namespace varangian {
namespace {

// Sends NaN in every coordinate. A rule that bears liars must bear it.
class NotANumber final : public BlindAdversary {
 public:
  explicit NotANumber(const Values&) {}

  bool reads_own() const override { return false; }

  void forge(const BlindView&, at::Tensor messages) const override {
    messages.fill_(std::numeric_limits<float>::quiet_NaN());
  }
};

const Descriptor kNotANumber{
    .kind = Kind::adversary,
    .name = "nan",
    .summary = "sends not a number in every coordinate",
    .citation =
        "El Mhamdi, Guerraoui, Rouault 2021, \"Distributed momentum for Byzantine-resilient SGD\" (ICLR), "
        "their code",
    .knowledge = "blind",
};

}  // namespace
VARANGIAN_REGISTER(NotANumber, kNotANumber)
}  // namespace varangian
