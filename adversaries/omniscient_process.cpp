#include "process_adversary.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace varangian {
namespace {

// The program asks the server's rule over the socket, while it works on the round.
Json reply(const OmniscientView& view, const Json& question, const std::vector<at::Tensor>& arrays) {
  const auto on_device = [&](const at::Tensor& array) { return array.to(view.weights.device()); };
  const Json asked = question.at("question");
  if (asked == "update") {
    Explanation explanation;
    arrays[0].copy_(view.oracle.update(on_device(arrays[0]), &explanation));
    return {{"explanation", explanation}};
  }
  if (asked == "damage") {
    const Json given = question.value("steps", Json());
    if (!given.is_array() ||
        !std::all_of(given.begin(), given.end(), [](const Json& s) { return s.is_number(); }))
      throw Error::format("it asks for the damage of the steps {}, want a list of numbers", shown(given));
    const at::Tensor origin = on_device(arrays[0]), direction = on_device(arrays[1]);
    return {{"damage", view.oracle.line(origin, direction)->damage(given.get<std::vector<double>>())}};
  }
  throw Error::format("it asks {}, want \"update\" or \"damage\"", shown(asked));
}

// An omniscient adversary that a program of the user computes, in Python say.
class OmniscientProcess final : public OmniscientAdversary {
 public:
  explicit OmniscientProcess(const Values& values) : process_(values, "omniscient") {}

  bool is_outside() const override { return true; }

  void declare(State& state, int64_t workers, int64_t columns, at::Device device) const override {
    process_.declare(state, workers, columns, device);
  }

  void forge(const OmniscientView& view, at::Tensor messages) const override {
    const at::Tensor line = at::empty({messages.size(1)}, at::kFloat);
    process_.forge(view, {{"layers", std::vector<int64_t>(view.layers.begin(), view.layers.end())}},
                   {{"honest", view.honest.rows()}, {"weights", view.weights}}, messages,
                   {.arrays = {{"origin", line}, {"direction", line}},
                    .reply = [&](const Json& question, const std::vector<at::Tensor>& arrays) {
                      return reply(view, question, arrays);
                    }});
  }

 private:
  AdversaryProcess process_;
};

const Descriptor kOmniscientProcess{
    .kind = Kind::adversary,
    .name = "omniscient_process",
    .summary =
        "what a program of yours forges that sees the honest rows and asks the server's rule: "
        "docs/process.md",
    .citation = "of the program's author",
    .parameters = process_parameters(),
    .knowledge = "omniscient",
};

}  // namespace
VARANGIAN_REGISTER(OmniscientProcess, kOmniscientProcess)
}  // namespace varangian
