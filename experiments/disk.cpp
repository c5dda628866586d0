#include "experiments/disk.h"

#include "experiments/memory.h"

#include <limits>

namespace varangian {

double needed_disk(const RunConfig& run, const Assembly& assembly) {
  const Setup& setup = assembly.setup;
  constexpr double kCell = 19;           // a measured number with its comma, as "0.8412500023841858,"
  constexpr double kFixedCells = 5 * 8;  // round, epoch, learning rate and bytes of a row of metrics.csv
  constexpr double kTimes = 6 * 9 + 6;   // a row of timing.csv
  const double n = static_cast<double>(run.count), rounds = static_cast<double>(run.rounds);
  const double evaluated = rounds / static_cast<double>(run.evaluate_every) + 1;
  double measured = 1;  // cells of an evaluated round; the first is wrong_sign_fraction
  measured += static_cast<double>(run.evaluate_on.size() * std::max<size_t>(2, setup.task->columns().size()));
  for (const auto& diagnostic : assembly.diagnostics)
    measured += static_cast<double>(diagnostic->columns().size()) +
                n * (static_cast<double>(diagnostic->worker_columns().size()) + 0.5);
  const double csv = rounds * (kFixedCells + 2 * kCell + kTimes) + evaluated * measured * kCell;
  return 2 * state_bytes(run, setup) + 4 * static_cast<double>(setup.task->parameters()) + csv;
}

double free_disk(const std::filesystem::path& folder) {
  std::error_code failure;
  std::filesystem::path there = std::filesystem::absolute(folder, failure);
  while (!std::filesystem::exists(there, failure) && there.has_relative_path()) there = there.parent_path();
  const std::filesystem::space_info space = std::filesystem::space(there, failure);
  return failure ? std::numeric_limits<double>::infinity() : static_cast<double>(space.available);
}

}  // namespace varangian
