#include "process_adversary.h"

#include <ATen/ATen.h>

namespace varangian {

void AdversaryProcess::declare(State& state, int64_t workers, int64_t columns, at::Device device) const {
  if (const Json wanted = process_.introduction().value("knowledge", Json("blind")); wanted != knowledge_)
    throw Error::format(
        "it wants the knowledge {}, and this adversary is {}; \"process\" is blind, \"omniscient_process\" "
        "is omniscient",
        shown(wanted), knowledge_);
  for (const State::Entry& entry : process_.state("", workers, columns)) {
    if (knowledge_ == "blind" && (entry.axes.empty() || entry.axes.front() != Axis::worker))
      throw Error::format(
          "its state \"{}\" must have \"workers\" as its first axis: blind workers may come one by one",
          entry.name);
    state.add(entry.name, entry.axes, entry.value.to(device));
  }
}

void AdversaryProcess::forge(const BlindView& view, Json request, std::vector<NamedArray> inputs,
                             at::Tensor messages, const Questions& questions) const {
  Json seeds = Json::array();
  for (const int64_t worker : view.workers) seeds.push_back(seed_for(view.random, worker));
  request.update({{"ask", "forge"},
                  {"round", view.clock.round},
                  {"learning_rate", view.clock.learning_rate},
                  {"n", view.count},
                  {"f", view.byzantine},
                  {"workers", std::vector<int64_t>(view.workers.begin(), view.workers.end())},
                  {"seeds", seeds}});
  inputs.push_back({"last_update", view.last_update});
  const at::Tensor rows = at::empty(messages.sizes(), at::kFloat);
  std::vector<NamedArray> outputs = {{"rows", rows}};
  for (const State::Entry& entry :
       process_.state("", static_cast<int64_t>(view.workers.size()), messages.size(1))) {
    inputs.push_back({"state." + entry.name, view.state[entry.name]});
    outputs.push_back({"state." + entry.name, view.state[entry.name]});
  }
  process_.ask(std::move(request), inputs, outputs, questions);
  messages.copy_(rows);
}

}  // namespace varangian
