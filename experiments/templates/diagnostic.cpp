// A diagnostic of my own: columns of diagnostics.csv and workers.csv. It never changes a run.
#include "varangian/diagnostic.h"

#include <ATen/ATen.h>

namespace {

using namespace varangian;

// How long the update is beside the honest mean, and how long each worker's message.
class MyComponent final : public Diagnostic {
 public:
  explicit MyComponent(const Values&) {}

  std::vector<std::string> columns() const override { return {"my_component_ratio"}; }
  std::vector<std::string> worker_columns() const override { return {"my_component_norm"}; }

  Measurement measure(const Observation& seen) const override {
    std::vector<at::Tensor> norms;
    for (int64_t row = 0; row < seen.wire.workers(); ++row)
      norms.push_back(dense_row(seen.wire, row).norm().to(at::kDouble));
    return {.of_round = {seen.update.norm().div(seen.honest_mean.norm()).to(at::kDouble)},
            .of_workers = {at::stack(norms)}};
  }
};

const Descriptor kMyComponent{
    .kind = Kind::diagnostic,
    .name = "my_component",
    .summary = "length of the update over that of the honest mean, and of each message",
    .citation = "mine",
};

}  // namespace

VARANGIAN_REGISTER(MyComponent, kMyComponent)
