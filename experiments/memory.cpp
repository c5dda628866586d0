#include "experiments/memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace varangian {

double state_bytes(const RunConfig& run, const Setup& setup) {
  const double row = 4 * static_cast<double>(setup.task->parameters()), n = static_cast<double>(run.count);
  State state;
  setup.optimizer->declare(state, setup.task->parameters(), at::Device(at::kMeta));
  setup.defence->declare(state, run.count, setup.task->parameters(), at::Device(at::kMeta));
  for (const Liars& liars : setup.liars)
    declare(liars, state, setup.task->parameters(), at::Device(at::kMeta));
  double bytes = row * (2 + n * ((run.beta > 0) + run.feedback.has_value()) + run.down_feedback.has_value());
  for (const State::Entry& entry : state.entries()) bytes += static_cast<double>(entry.value.nbytes());
  return bytes;
}

double needed_memory(const RunConfig& run, const Assembly& assembly, DataCache& data) {
  const Setup& setup = assembly.setup;
  const double row = 4 * static_cast<double>(setup.task->parameters()), n = static_cast<double>(run.count);
  // Beside the state a row for each worker of what it means to send, and of what its codec delivers where
  // there is one; the update, a forged row, and what is delivered of the broadcast.
  const Compressor &up = *setup.compressor, &down = *setup.down;
  const auto delivers_rows = [](const Compressor& codec) {
    return codec.encoding() == Encoding::dense && !codec.identity();
  };
  double bytes =
      state_bytes(run, setup) + row * n * (1 + delivers_rows(up)) + row * (2 + delivers_rows(down));
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
