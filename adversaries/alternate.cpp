#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// Two adversaries in turns of `period` rounds each.
class Alternate final : public OmniscientAdversary {
 public:
  explicit Alternate(const Values& values)
      : first_(make<Adversary>(Kind::adversary, values.selection("first"))),
        second_(make<Adversary>(Kind::adversary, values.selection("second"))),
        period_(values.integer("period")) {}

  bool reads_own() const override { return first_->reads_own() || second_->reads_own(); }

  void check(int64_t n, int64_t f) const override {
    first_->check(n, f);
    second_->check(n, f);
  }

  void declare(State& state, int64_t workers, int64_t columns, at::Device device) const override {
    for (const auto& [prefix, adversary] : {std::pair("first_", &first_), std::pair("second_", &second_)}) {
      State own;
      (*adversary)->declare(own, workers, columns, device);
      for (const State::Entry& entry : own.entries()) state.add(prefix + entry.name, entry.axes, entry.value);
    }
  }

  void forge(const OmniscientView& view, at::Tensor messages) const override {
    const bool first = (view.clock.round - 1) / period_ % 2 == 0;
    const State own = view.state.part(first ? "first_" : "second_");
    forge_as(first ? *first_ : *second_, with_state(view, own), messages);
  }

 private:
  std::unique_ptr<Adversary> first_, second_;
  int64_t period_;
};

const Descriptor kAlternate{
    .kind = Kind::adversary,
    .name = "alternate",
    .summary = "two adversaries in turns",
    .citation = "folklore (pulsed attacks)",
    .parameters = {{.name = "first",
                    .summary = "begins in round 1",
                    .initial = Selection{.name = "alie"},
                    .kind = Kind::adversary},
                   {.name = "second",
                    .summary = "follows it",
                    .initial = Selection{.name = "mimic"},
                    .kind = Kind::adversary},
                   {.name = "period",
                    .summary = "of one turn",
                    .initial = int64_t{10},
                    .low = 1,
                    .high = 1e9,
                    .unit = "rounds"}},
    .knowledge = "omniscient",
};

}  // namespace
VARANGIAN_REGISTER(Alternate, kAlternate)
}  // namespace varangian
