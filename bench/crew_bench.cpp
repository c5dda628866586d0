// What the crew itself costs: a round of six empty phases, over as many threads as there are processors.
#include "engine/crew.h"

#include <benchmark/benchmark.h>

namespace {

void empty_round(benchmark::State& state) {
  varangian::Crew crew(static_cast<int>(state.range(0)));
  const std::function<void(int64_t)> nothing = [](int64_t) {};
  for (auto _ : state)
    for (int phase = 0; phase < 6; ++phase) crew.for_each(8, nothing);
}

}  // namespace

BENCHMARK(empty_round)->ArgName("threads")->DenseRange(1, varangian::allowed_cpus())->UseRealTime();
BENCHMARK_MAIN();
