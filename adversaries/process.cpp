#include "process/component_process.h"
#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// An adversary that a program of the user computes, in Python say.
class ProcessAdversary final : public BlindAdversary {
 public:
  explicit ProcessAdversary(const Values& values) : process_(Kind::adversary, values) {}

  bool is_outside() const override { return true; }

  void forge(const BlindView& view, at::Tensor messages) const override {
    if (process_.introduction().value("knowledge", Json("blind")) != "blind")
      throw Error::format("it wants the knowledge {}, and this adversary is blind",
                          shown(process_.introduction()["knowledge"]));
    if (!process_.state("", view.count, messages.size(1)).empty())
      throw Error("it declares state, which a blind adversary does not keep");
    Json seeds = Json::array();
    for (const int64_t worker : view.workers) seeds.push_back(seed_for(view.random, worker));
    const at::Tensor rows = at::empty(messages.sizes(), at::kFloat);
    process_.ask({{"ask", "forge"},
                  {"round", view.clock.round},
                  {"learning_rate", view.clock.learning_rate},
                  {"n", view.count},
                  {"f", view.byzantine},
                  {"workers", std::vector<int64_t>(view.workers.begin(), view.workers.end())},
                  {"seeds", seeds}},
                 {{"own", view.own}, {"last_update", view.last_update}}, {{"rows", rows}});
    messages.copy_(rows);
  }

 private:
  ComponentProcess process_;
};

const Descriptor kDescriptor{
    .kind = Kind::adversary,
    .name = "process",
    .summary = "what a program of yours forges, in Python say: docs/process.md",
    .citation = "of the program's author",
    .parameters = process_parameters(),
    .knowledge = "blind",
};

}  // namespace
VARANGIAN_REGISTER(ProcessAdversary, kDescriptor)
}  // namespace varangian
