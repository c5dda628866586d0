// Per-worker gradients of 27 workers beside their floor: the same samples in eight plain batches, with one
// gradient each and so no per-worker work. Data set, model and crew are the program's own.
#include "engine/simulation.h"
#include "experiments/assemble.h"

#include <ATen/ATen.h>
#include <benchmark/benchmark.h>

#include <numeric>

namespace varangian {
namespace {

// `workers` of `batch` samples in cohorts of `cohort`.
void gradients(benchmark::State& state, const char* model, int64_t workers, int64_t batch, int64_t cohort) {
  static DataCache data;
  Problems problems("bench");
  const RunConfig run =
      resolve_run({{"format", 1},
                   {"name", "bench"},
                   {"rounds", 1},
                   {"task", {{"dataset", "fashion_mnist"}, {"model", model}}},
                   {"workers", {{"count", workers}, {"byzantine", 0}, {"batch", {{"size", batch}}}}},
                   {"aggregator", "mean"}},
                  problems);
  problems.throw_if_any();
  const Assembly assembly = assemble(run, at::kCPU, data);
  const Task& task = *assembly.setup.task;
  Crew crew(allowed_cpus());
  const at::Tensor weights = task.initial_weights(1);
  at::Tensor rows = at::zeros({workers, task.parameters()}), losses = at::zeros({workers});
  std::vector<int64_t> ids(static_cast<size_t>(workers));
  std::iota(ids.begin(), ids.end(), 0);
  int64_t round = 0;
  for (auto _ : state) {
    ++round;
    crew.for_each((workers + cohort - 1) / cohort, [&](int64_t i) {
      const int64_t first = i * cohort, count = std::min(cohort, workers - first);
      task.gradients(weights, {&ids[static_cast<size_t>(first)], static_cast<size_t>(count)}, round,
                     rows.narrow(0, first, count), losses.narrow(0, first, count));
    });
  }
}

const bool registered = [] {
  for (const char* model : {"logistic", "mlp", "cnn"})
    for (const auto& [name, workers, batch, cohort] :
         {std::tuple("27 workers", 27, 32, 4), std::tuple("floor", 8, 108, 1)})
      benchmark::RegisterBenchmark((std::string(model) + ", " + name).c_str(), gradients, model, workers,
                                   batch, cohort)
          ->UseRealTime()
          ->Unit(benchmark::kMillisecond);
  return true;
}();

}  // namespace
}  // namespace varangian

BENCHMARK_MAIN();
