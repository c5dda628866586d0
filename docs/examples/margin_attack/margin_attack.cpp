// An adversary made of two others, which it chooses between by how sure the honest workers' vote is.
#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace {

using namespace varangian;

// Where the honest signs nearly balance, a shift as small as ALIE's turns votes. Where they agree nothing
// turns them, and the liars rather give one honest worker's data their weight, as Mimic does.
class MarginAttack final : public OmniscientAdversary {
 public:
  explicit MarginAttack(const Values& values)
      : close_(make<Adversary>(Kind::adversary, values.selection("close"))),
        clear_(make<Adversary>(Kind::adversary, values.selection("clear"))),
        threshold_(values.number("threshold")) {}

  bool reads_own() const override { return close_->reads_own() || clear_->reads_own(); }

  void check(int64_t n, int64_t f) const override {
    close_->check(n, f);
    clear_->check(n, f);
  }

  // What either remembers lies here under a prefix of its own, and so gets into checkpoints.
  void declare(State& state, int64_t workers, int64_t columns, at::Device device) const override {
    for (const auto& [prefix, adversary] : {std::pair("close_", &close_), std::pair("clear_", &clear_)}) {
      State own;
      (*adversary)->declare(own, workers, columns, device);
      for (const State::Entry& entry : own.entries()) state.add(prefix + entry.name, entry.axes, entry.value);
    }
  }

  void forge(const OmniscientView& view, at::Tensor messages) const override {
    const bool close = margin(view.honest) < threshold_;
    const State own = view.state.part(close ? "close_" : "clear_");
    forge_as(close ? *close_ : *clear_, with_state(view, own), messages);
  }

 private:
  // From 0, as many for as against, to 1, all agree; the mean over the coordinates. Which of two adversaries
  // runs is decided on the host, so that this number, unlike messages, has to leave the device.
  static double margin(const HonestRows& honest) {
    return honest.vote().abs().mean(at::kDouble).item<double>() / static_cast<double>(honest.count());
  }

  std::unique_ptr<Adversary> close_, clear_;
  double threshold_;
};

const Descriptor kMarginAttack{
    .kind = Kind::adversary,
    .name = "margin_attack",
    .summary = "one adversary where the honest vote is close, another where it is clear",
    .citation = "an example",
    .parameters = {{.name = "close",
                    .summary = "lies where the mean margin is below the threshold",
                    .initial = Selection{.name = "alie"},
                    .kind = Kind::adversary},
                   {.name = "clear",
                    .summary = "lies elsewhere",
                    .initial = Selection{.name = "mimic"},
                    .kind = Kind::adversary},
                   {.name = "threshold",
                    .summary = "on |votes for - votes against| / honest workers, averaged over coordinates",
                    .initial = 0.4,
                    .low = 0,
                    .high = 1}},
    .knowledge = "omniscient",
};

}  // namespace

VARANGIAN_REGISTER(MarginAttack, kMarginAttack)
