#include "record/safetensors.h"

#include "support/catch.h"
#include "support/runs.h"
#include "support/scratch_folder.h"
#include "varangian/error.h"

#include <ATen/ATen.h>

#include <fstream>

namespace varangian {

TEST_CASE("tensors and texts come back from a safetensors file", "[record]") {
  const ScratchFolder folder;
  const TensorFile written{.tensors = {{"a", at::arange(6, at::kFloat).view({2, 3})},
                                       {"b", at::tensor({int64_t{1} << 60, int64_t{-1}}, at::kLong)},
                                       {"c", at::zeros({0, 4}, at::kDouble)},
                                       {"d", at::tensor({uint8_t{255}}, at::kByte)}},
                           .metadata = {{"round", "3"}, {"text", "\"quoted\"\n"}}};
  write_safetensors(folder / "x.safetensors", written);
  const TensorFile read = read_safetensors(folder / "x.safetensors");
  REQUIRE(read.tensors.size() == 4);
  for (size_t i = 0; i < 4; ++i) {
    CHECK(read.tensors[i].first == written.tensors[i].first);
    CHECK(at::equal(read.tensors[i].second, written.tensors[i].second));
  }
  CHECK(read.metadata == written.metadata);
}

TEST_CASE("a safetensors file with any byte changed, or cut anywhere, is refused", "[record]") {
  const ScratchFolder folder;
  const auto path = folder / "x.safetensors";
  write_safetensors(path, {.tensors = {{"a", at::arange(6, at::kFloat)}}, .metadata = {{"round", "3"}}});
  const std::string whole = bytes_of(path);
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    for (const std::string& bytes : {damaged, whole.substr(0, at)}) {
      std::ofstream(path, std::ios::binary) << bytes;
      REQUIRE_THROWS_AS(read_safetensors(path), Error);
    }
  }
}

TEST_CASE("a folder that is not there is an error that names the file", "[record]") {
  CHECK_THROWS_WITH(write_safetensors("/nowhere/x.safetensors", {}),
                    ContainsSubstring("/nowhere/x.safetensors.new"));
}

}  // namespace varangian
