#include "engine/checkpoint.h"

#include "record/safetensors.h"
#include "support/catch.h"
#include "support/runs.h"
#include "support/scratch_folder.h"

#include <ATen/ATen.h>

#include <fstream>

namespace varangian {
namespace {

const auto kIgnore = [](const std::string&) {};

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

State state_of(float value) {
  State state;
  state.add("weights", {Axis::column}, at::full({5}, value));
  return state;
}

}  // namespace

TEST_CASE("a checkpoint brings back state, round and lengths", "[checkpoint]") {
  const ScratchFolder folder;
  const RunDirectory directory(folder / "run");
  write(directory.file("metrics.csv"), std::string(50, 'x'));
  save_checkpoint(directory, state_of(3), {.round = 12, .lengths = {{"metrics.csv", 40}}, .last = "{}"});
  State state = state_of(0);
  const std::optional<Position> position = load_checkpoint(directory, state, kIgnore);
  REQUIRE(position);
  CHECK(position->round == 12);
  CHECK(position->lengths.at("metrics.csv") == 40);
  CHECK(position->machine == machine_identity(at::kCPU));
  CHECK(at::equal(state["weights"], at::full({5}, 3.0f)));
}

TEST_CASE("two checkpoints are kept, and a damaged one means the one before", "[checkpoint]") {
  const ScratchFolder folder;
  const RunDirectory directory(folder / "run");
  for (const int64_t round : {1, 2, 10})
    save_checkpoint(directory, state_of(static_cast<float>(round)), {.round = round});
  CHECK(directory.checkpoints() ==
        std::vector<std::filesystem::path>{directory.checkpoint(10), directory.checkpoint(2)});
  const std::string whole = bytes_of(directory.checkpoint(10));
  int warnings = 0;
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    for (const std::string& bytes : {damaged, whole.substr(0, at)}) {
      write(directory.checkpoint(10), bytes);
      State state = state_of(0);
      const auto position = load_checkpoint(directory, state, [&](const std::string&) { ++warnings; });
      REQUIRE(position);
      REQUIRE(position->round == 2);
      REQUIRE(state["weights"][0].item<float>() == 2);
    }
  }
  CHECK(warnings == 2 * static_cast<int>(whole.size()));
}

TEST_CASE("a csv shorter than its checkpoint says means the checkpoint before", "[checkpoint]") {
  const ScratchFolder folder;
  const RunDirectory directory(folder / "run");
  write(directory.file("metrics.csv"), std::string(50, 'x'));
  save_checkpoint(directory, state_of(1), {.round = 1, .lengths = {{"metrics.csv", 50}}});
  save_checkpoint(directory, state_of(2), {.round = 2, .lengths = {{"metrics.csv", 60}}});
  State state = state_of(0);
  CHECK(load_checkpoint(directory, state, kIgnore)->round == 1);
}

TEST_CASE("a checkpoint of another shape is passed over", "[checkpoint]") {
  const ScratchFolder folder;
  const RunDirectory directory(folder / "run");
  State other;
  other.add("weights", {Axis::column}, at::zeros({6}));
  save_checkpoint(directory, other, {.round = 1});
  State state = state_of(0);
  CHECK_FALSE(load_checkpoint(directory, state, kIgnore));
}

TEST_CASE("a run folder is held by one process at a time", "[checkpoint]") {
  const ScratchFolder folder;
  CHECK_FALSE(is_held(folder / "run"));
  {
    const RunDirectory directory(folder / "run");
    CHECK(is_held(folder / "run"));
    CHECK_THROWS_WITH(RunDirectory(folder / "run"), ContainsSubstring("another process works on this run"));
  }
  CHECK_FALSE(is_held(folder / "run"));
}

}  // namespace varangian
