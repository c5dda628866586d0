#include "experiments/memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace varangian {

double needed_memory(const RunConfig& run, const Assembly& assembly, DataCache& data) {
  const Setup& setup = assembly.setup;
  const double d = static_cast<double>(setup.task->parameters()), n = static_cast<double>(run.count);
  State state;
  setup.optimizer->declare(state, setup.task->parameters(), at::Device(at::kMeta));
  // Weights, update, last update, a forged row, and what the optimizer keeps.
  const double vectors = 4 + static_cast<double>(state.entries().size());
  double bytes = 4 * d * (n * (run.beta > 0 ? 2 : 1) + vectors);
  if (setup.compressor->encoding() == Encoding::signs)
    bytes += n * static_cast<double>(payload_bytes(Encoding::signs, setup.task->parameters()));
  if (run.model) {
    const Samples& samples = data.get(run);
    bytes += static_cast<double>(samples.inputs.nbytes() + samples.targets.nbytes());
  }
  return bytes;
}

double available_memory() {
  double bytes = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  double limit = 0;
  if (std::ifstream("/sys/fs/cgroup/memory.max") >> limit)
    bytes = std::min(bytes, limit);  // "max" is no number
  return bytes;
}

std::string shown_bytes(double count) {
  for (const char* unit : {"B", "kB", "MB", "GB"}) {
    if (count < 1000) return fmt::format("{:.4g} {}", count, unit);
    count /= 1000;
  }
  return fmt::format("{:.4g} TB", count);
}

}  // namespace varangian
