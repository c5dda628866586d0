#include "process/component_process.h"
#include "varangian/row_rule.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

constexpr const char* kPrefix = "rule_";

// A rule that a program of the user computes, in Python say. What it remembers stays here and travels with
// each request, so that a question does not change it and a checkpoint holds it.
class ProcessRule final : public RowRule {
 public:
  explicit ProcessRule(const Values& values) : process_(Kind::aggregator, values) {}

  bool is_outside() const override { return true; }

  void declare(State& state, int64_t n, int64_t columns, at::Device device) const override {
    for (State::Entry& entry : process_.state(kPrefix, n, columns))
      state.add(entry.name, entry.axes, entry.value.to(device));
  }

  Decision decide(const RowsView& view, at::Tensor update) const override {
    std::vector<NamedArray> inputs = {
        {"rows", view.rows}, {"last_update", view.last_update}, {"weights", view.weights}};
    const at::Tensor fresh = at::empty({view.columns}, at::kFloat);
    std::vector<NamedArray> outputs = {{"update", fresh}};
    Decision decision;
    for (const State::Entry& entry : process_.state(kPrefix, view.n(), view.columns)) {
      inputs.push_back({"state." + entry.name.substr(5), view.state[entry.name]});
      outputs.push_back({"state." + entry.name.substr(5), entry.value});
      decision.emplace_back(entry.name, entry.value);
    }
    process_.ask({{"ask", "aggregate"},
                  {"round", view.clock.round},
                  {"learning_rate", view.clock.learning_rate},
                  {"f", view.declared_f},
                  {"layers", std::vector<int64_t>(view.layers.begin(), view.layers.end())},
                  {"seed", seed_for(view.random, 0)}},
                 inputs, outputs);
    update.copy_(fresh);
    for (auto& [name, value] : decision) value = value.to(update.device());
    return decision;
  }

 private:
  ComponentProcess process_;
};

const Descriptor kProcessRule{
    .kind = Kind::aggregator,
    .name = "process",
    .summary = "a rule that a program of yours computes, in Python say: docs/process.md",
    .parameters = process_parameters(),
    .rule = {.reads = "rows",
             .complexity = "the program's",
             .breakdown = "none that is known: the program's",
             .permutation = false,
             .translation = false,
             .scale = false},
};

}  // namespace
VARANGIAN_REGISTER(ProcessRule, kProcessRule)
}  // namespace varangian
