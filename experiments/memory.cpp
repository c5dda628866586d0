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
  for (const Liars& liars : setup.liars)
    declare(liars, state, setup.task->parameters(), at::Device(at::kMeta));
  // A row for each worker of what it means to send, and of its momentum, its residual and what its codec
  // delivers where there are such; weights, update, last update, a forged row, and of the broadcast its
  // residual and what is delivered; what the optimizer, the rule and the adversaries keep.
  const Compressor &up = *setup.compressor, &down = *setup.down;
  const auto delivers_rows = [](const Compressor& codec) {
    return codec.encoding() == Encoding::dense && !codec.identity();
  };
  double bytes = 4 * d * n * (1 + (run.beta > 0) + run.feedback.has_value() + delivers_rows(up));
  bytes += 4 * d * (4 + run.down_feedback.has_value() + delivers_rows(down));
  for (const State::Entry& entry : state.entries()) bytes += static_cast<double>(entry.value.nbytes());
  if (up.encoding() == Encoding::signs)
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
