#include "engine/checkpoint.h"

#include "core/sha256.h"
#include "expect.h"
#include "memory_file.h"
#include "support/scratch_folder.h"
#include "tensor_file_mutator.h"

#include <ATen/ATen.h>

#include <cstring>

namespace varangian {
namespace {

constexpr std::string_view kStart = R"({"__metadata__":{"sha256":")";
constexpr size_t kDigits = 64, kHashAt = 8 + kStart.size();

/// A run's folder whose only checkpoint is the input.
class Folder {
 public:
  Folder() : run(scratch / "run") {
    scratch.write("run/metrics.csv", Bytes(50, 'x'));
    std::filesystem::create_directories(run.checkpoint(1).parent_path());
    std::filesystem::create_symlink(input.path(), run.checkpoint(1));
  }

  const ScratchFolder scratch;
  const RunDirectory run;
  const MemoryFile input;
};

}  // namespace
}  // namespace varangian

// Bytes as a checkpoint, with a hash that fits: see the mutator. It is taken whole or passed over with a
// warning.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace varangian;
  static const Folder folder;
  folder.input.write(data, size);
  State state;
  const at::Tensor weights = state.add("weights", {Axis::column}, at::zeros({5}));
  state.add("steps", {}, at::zeros({}, at::kLong));
  int warnings = 0;
  const auto position = load_checkpoint(folder.run, state, [&](const std::string& warning) {
    ++warnings;
    if (!warning.starts_with(folder.run.checkpoint(1).string() + ":"))
      finding("a warning without its file: " + warning);
  });
  if (position.has_value() == (warnings > 0)) finding("neither taken nor passed over");
  if (!position && weights.count_nonzero().item<int64_t>() > 0)
    finding("passed over, but some of it was taken");
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed) {
  using namespace varangian;
  size = mutate_tensor_file(data, size, most, seed);
  if (size < kHashAt + kDigits || seed % 16 == 0) return size;
  std::memcpy(data + 8, kStart.data(), kStart.size());
  std::memset(data + kHashAt, '0', kDigits);
  const std::string hash = sha256({reinterpret_cast<const char*>(data), size});
  std::memcpy(data + kHashAt, hash.data(), kDigits);
  return size;
}
