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
  setup.defence->declare(state, run.count, setup.task->parameters(), at::Device(at::kMeta));
  // Messages and momentum; weights, update, last update, a forged row; what the optimizer and the rule keep.
  double bytes = 4 * d * (n * (run.beta > 0 ? 2 : 1) + 4);
  for (const State::Entry& entry : state.entries()) bytes += static_cast<double>(entry.value.nbytes());
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
