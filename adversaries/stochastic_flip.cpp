#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// Negates with probability p: each coordinate by a coin of its own, or the whole message by one.
class StochasticFlip final : public BlindAdversary {
 public:
  explicit StochasticFlip(const Values& values)
      : p_(values.number("p")), whole_(values.text("what") == "message") {}

  void forge(const BlindView& view, at::Tensor messages) const override {
    if (!whole_) {
      view.random.uniform(messages, view.workers);
      messages.copy_(at::where(messages.lt(2 * p_ - 1), view.own.neg(), view.own));
      return;
    }
    for (size_t i = 0; i < view.workers.size(); ++i) {
      const int64_t row = static_cast<int64_t>(i);
      const bool flips = view.random.uniform(static_cast<uint32_t>(view.workers[i]), 0) < p_;
      messages[row].copy_(flips ? view.own[row].neg() : view.own[row]);
    }
  }

 private:
  double p_;
  bool whole_;
};

const Descriptor kStochasticFlip{
    .kind = Kind::adversary,
    .name = "stochastic_flip",
    .summary = "negates its honest message with probability p",
    .citation = "Park, Lee 2024, \"SignSGD with federated defense\" (ICML), their code",
    .parameters = {{.name = "p", .summary = "probability", .initial = 0.5, .low = 0.0, .high = 1.0},
                   {.name = "what",
                    .summary = "what one coin decides about",
                    .initial = std::string("coordinate"),
                    .choices = {"coordinate", "message"}}},
    .knowledge = "blind",
};

}  // namespace
VARANGIAN_REGISTER(StochasticFlip, kStochasticFlip)
}  // namespace varangian
