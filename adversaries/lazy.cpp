#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// Works no more: sends its honest message of the round before again, in its first round this round's, and may
// hide it under noise. It remembers one row for each liar.
class Lazy final : public BlindAdversary {
 public:
  explicit Lazy(const Values& values)
      : mask_(values.text("mask")), size_(static_cast<float>(values.number("size"))) {}

  void declare(State& state, int64_t workers, int64_t columns, at::Device device) const override {
    const auto floats = at::TensorOptions().dtype(at::kFloat).device(device);
    state.add("previous", {Axis::worker, Axis::column}, at::zeros({workers, columns}, floats));
    state.add("rounds", {Axis::worker}, at::zeros({workers}, floats));
  }

  void forge(const BlindView& view, at::Tensor messages) const override {
    at::Tensor previous = view.state["previous"], rounds = view.state["rounds"];
    if (mask_ == "uniform")
      view.random.uniform(messages, view.workers);
    else if (mask_ == "gaussian")
      view.random.normal(messages, view.workers);
    else
      messages.zero_();
    messages.mul_(size_).add_(at::where(rounds.gt(0).unsqueeze(1), previous, view.own));
    previous.copy_(view.own);
    rounds.add_(1);
  }

 private:
  std::string mask_;
  float size_;
};

const Descriptor kLazy{
    .kind = Kind::adversary,
    .name = "lazy",
    .summary = "sends its honest message of the round before, perhaps under a mask of noise",
    .citation = "He et al. 2020, \"FedML\", arXiv 2007.13518, their code (lazy worker)",
    .parameters = {{.name = "mask",
                    .summary = "noise that hides the repetition",
                    .initial = std::string("none"),
                    .choices = {"none", "uniform", "gaussian"}},
                   {.name = "size",
                    .summary = "of the mask: half the width of the uniform law, or the deviation",
                    .initial = 0.01,
                    .low = 0.0,
                    .high = 1e30}},
    .knowledge = "blind",
};

}  // namespace
VARANGIAN_REGISTER(Lazy, kLazy)
}  // namespace varangian
