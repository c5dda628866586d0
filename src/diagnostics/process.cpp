#include "process/component_process.h"
#include "varangian/diagnostic.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// A diagnostic that a program of the user measures, in Python say. It keeps nothing from round to round: a
// run that goes on from a checkpoint must measure the same.
class ProcessDiagnostic final : public Diagnostic {
 public:
  explicit ProcessDiagnostic(const Values& values) : process_(Kind::diagnostic, values) {}

  bool is_outside() const override { return true; }

  std::vector<std::string> columns() const override { return process_.texts("columns"); }
  std::vector<std::string> worker_columns() const override { return process_.texts("worker_columns"); }

  Measurement measure(const Observation& seen) const override {
    const int64_t n = seen.wire.workers();
    at::Tensor rows = seen.wire.rows;
    if (seen.wire.encoding == Encoding::signs) {
      std::vector<at::Tensor> dense;
      for (int64_t row = 0; row < n; ++row) dense.push_back(dense_row(seen.wire, row));
      rows = at::stack(dense);
    }
    const int64_t of_round = static_cast<int64_t>(columns().size()),
                  of_workers = static_cast<int64_t>(worker_columns().size());
    const at::Tensor values = at::empty({of_round}, at::kDouble),
                     by_worker = at::empty({of_workers, n}, at::kDouble);
    process_.ask({{"ask", "measure"},
                  {"round", seen.clock.round},
                  {"learning_rate", seen.clock.learning_rate},
                  {"honest", std::vector<int64_t>(seen.honest.begin(), seen.honest.end())},
                  {"byzantine", std::vector<int64_t>(seen.byzantine.begin(), seen.byzantine.end())}},
                 {{"rows", rows}, {"honest_mean", seen.honest_mean}, {"update", seen.update}},
                 {{"values", values}, {"worker_values", by_worker}});
    return {.of_round = values.unbind(0), .of_workers = by_worker.unbind(0)};
  }

 private:
  ComponentProcess process_;
};

const Descriptor kProcessDiagnostic{
    .kind = Kind::diagnostic,
    .name = "process",
    .summary = "columns that a program of yours measures, in Python say: docs/process.md",
    .citation = "of the program's author",
    .parameters = process_parameters(),
};

}  // namespace
VARANGIAN_REGISTER(ProcessDiagnostic, kProcessDiagnostic)
}  // namespace varangian
