// A plugin whose components make the mistakes that plugins make.
#include "varangian/diagnostic.h"
#include "varangian/gram_rule.h"
#include "varangian/plugin.h"
#include "varangian/row_rule.h"

#include <ATen/ATen.h>

#include <stdexcept>

namespace {

using namespace varangian;

// Fails in round 7, in the way that its parameter says.
class FailingRule final : public RowRule {
 public:
  explicit FailingRule(const Values& values) : how_(values.text("how")) {
    if (how_ == "construction") throw std::invalid_argument("no rule today");
  }

  Decision decide(const RowsView& view, at::Tensor update) const override {
    update.copy_(view.rows.mean(0));
    if (view.clock.round < 7) return {};
    if (how_ == "exception") throw std::out_of_range("a vector's end");
    if (how_ == "number") throw 7;
    if (how_ == "tensor") at::mm(view.rows, view.rows);
    if (how_ == "state") return {{"weights", at::zeros({3})}};
    return {};
  }

 private:
  std::string how_;
};

class ShortRule final : public GramRule {
 public:
  explicit ShortRule(const Values&) {}
  Coefficients coefficients(const GramView&) const override { return {1.0}; }
};

class ShortMixing final : public PreAggregator {
 public:
  explicit ShortMixing(const Values&) {}
  Mixing mixing(const GramView& view) const override {
    return {.points = view.geometry.points(), .rows = {view.geometry.one(0)}};
  }
};

class Miscounting final : public Diagnostic {
 public:
  explicit Miscounting(const Values&) {}
  std::vector<std::string> columns() const override { return {"one", "two"}; }
  Measurement measure(const Observation&) const override {
    return {.of_round = {at::zeros({}, at::kDouble)}, .of_workers = {}};
  }
};

Descriptor described(Kind kind, const std::string& name) {
  return {.kind = kind, .name = name, .summary = "a mistake", .citation = "a test"};
}

}  // namespace

VARANGIAN_PLUGIN_INFO()

extern "C" __attribute__((visibility("default"))) void varangian_plugin_register(Registry& registry) {
  Descriptor failing = described(Kind::aggregator, "failing");
  failing.parameters = {{.name = "how", .summary = "", .initial = std::string("exception")}};
  registry.add(failing, factory_of<FailingRule>());
  registry.add(described(Kind::aggregator, "short_rule"), factory_of<ShortRule>());
  registry.add(described(Kind::pre_aggregator, "short_mixing"), factory_of<ShortMixing>());
  registry.add(described(Kind::diagnostic, "miscounting"), factory_of<Miscounting>());
}
