#include "process_adversary.h"

namespace varangian {
namespace {

// A blind adversary that a program of the user computes, in Python say.
class BlindProcess final : public BlindAdversary {
 public:
  explicit BlindProcess(const Values& values) : process_(values, "blind") {}

  bool is_outside() const override { return true; }

  void declare(State& state, int64_t workers, int64_t columns, at::Device device) const override {
    process_.declare(state, workers, columns, device);
  }

  void forge(const BlindView& view, at::Tensor messages) const override {
    process_.forge(view, Json::object(), {{"own", view.own}}, messages);
  }

 private:
  AdversaryProcess process_;
};

const Descriptor kBlindProcess{
    .kind = Kind::adversary,
    .name = "process",
    .summary = "what a program of yours forges that sees its own workers' rows: docs/process.md",
    .citation = "of the program's author",
    .parameters = process_parameters(),
    .knowledge = "blind",
};

}  // namespace
VARANGIAN_REGISTER(BlindProcess, kBlindProcess)
}  // namespace varangian
