#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// Sends a fresh vector, each coordinate uniform in [low, high).
class Uniform final : public BlindAdversary {
 public:
  explicit Uniform(const Values& values)
      : low_(static_cast<float>(values.number("low"))), high_(static_cast<float>(values.number("high"))) {
    if (high_ < low_) throw Error::format("low = {} is above high = {}", low_, high_);
  }

  bool reads_own() const override { return false; }

  void forge(const BlindView& view, at::Tensor messages) const override {
    view.random.uniform(messages, view.workers);
    messages.add_(1.0f).mul_((high_ - low_) / 2).add_(low_);
  }

 private:
  float low_, high_;
};

const Descriptor kUniform{
    .kind = Kind::adversary,
    .name = "uniform",
    .summary = "sends a fresh vector of uniform noise",
    .citation =
        "Guerraoui, Guirguis, Plassmann, Ragot, Rouault 2021, \"Garfield\" (DSN), their code (there [0, 1))",
    .parameters = {{.name = "low", .summary = "least value", .initial = 0.0, .low = -1e30, .high = 1e30},
                   {.name = "high", .summary = "bound above", .initial = 1.0, .low = -1e30, .high = 1e30}},
    .knowledge = "blind",
};

}  // namespace
VARANGIAN_REGISTER(Uniform, kUniform)
}  // namespace varangian
