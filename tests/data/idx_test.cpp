#include "data/idx.h"

#include "damage.h"
#include "peak_memory.h"
#include "support/scratch_folder.h"
#include "varangian/error.h"

#include "support/catch.h"  // after torch, whose CHECK is another macro

using varangian::Bytes;
using varangian::Error;
using varangian::read_idx;
using varangian::ScratchFolder;

namespace {

Bytes idx(const std::vector<uint32_t>& sizes, const Bytes& values) {
  Bytes bytes = {0, 0, 8, static_cast<uint8_t>(sizes.size())};
  for (const uint32_t size : sizes)
    for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<uint8_t>(size >> shift));
  bytes.insert(bytes.end(), values.begin(), values.end());
  return bytes;
}

std::string message_of(const std::filesystem::path& path) {
  try {
    read_idx(path);
  } catch (const Error& error) {
    CHECK(std::string(error.what()).rfind(path.string() + ": ", 0) == 0);
    return error.what();
  }
  return "no error";
}

void check_message(const std::filesystem::path& path, const std::string& part) {
  const std::string message = message_of(path);
  INFO(message);
  CHECK(message.find(part) != std::string::npos);
}

}  // namespace

TEST_CASE("An idx file becomes a byte tensor of its shape, gzipped or not") {
  const ScratchFolder folder;
  const Bytes bytes = idx({2, 1, 3}, {1, 2, 3, 253, 254, 255});
  for (const auto& path : {folder.write("a", bytes), folder.write_gzip("b", bytes)}) {
    const at::Tensor values = read_idx(path);
    CHECK(values.scalar_type() == at::kByte);
    CHECK(values.sizes() == at::IntArrayRef({2, 1, 3}));
    CHECK(values[0][0][2].item<int>() == 3);
    CHECK(values[1][0][0].item<int>() == 253);
  }
}

TEST_CASE("Sizes of an idx file are read with the highest byte first") {
  const ScratchFolder folder;
  CHECK(read_idx(folder.write("a", idx({0x0102}, Bytes(0x0102)))).size(0) == 258);
}

TEST_CASE("An idx file of another kind is an error that says what it is") {
  const ScratchFolder folder;
  Bytes floats = idx({1}, {1});
  floats[2] = 0x0d;
  check_message(folder.write("floats", floats), "type 0x0d");
  check_message(folder.write("text", {'P', 'K', 3, 4, 5, 6}), "0x50 0x4b");
  check_message(folder.write("none", {0, 0, 8, 0}), "0 dimensions");
  check_message(folder.write("many", {0, 0, 8, 255}), "255 dimensions");
  check_message(folder.write("zero", idx({3, 0}, {})), "is 0");
}

TEST_CASE("Sizes in an idx header that promise too much are an error and cost no memory") {
  const ScratchFolder folder;
  const uint32_t most = 0xffffffff;
  const int64_t before = varangian::peak_memory();
  check_message(folder.write("absurd", idx({most, most, most, most, most, most, most, most}, {1})), "absurd");
  check_message(folder.write("overflow", idx({1u << 31, 1u << 31, 4}, {1})), "absurd");
  check_message(folder.write("large", idx({most}, {1, 2, 3})), "holds 3 values");
  check_message(folder.write_gzip("packed", idx({most}, {1, 2, 3})), "holds 3 values");
  CHECK(varangian::peak_memory() - before < int64_t{256} << 20);
}

TEST_CASE("Bytes after an idx file's values are an error") {
  const ScratchFolder folder;
  check_message(folder.write("a", idx({2}, {1, 2, 3})), "goes on after the 2 values");
  check_message(folder.write_gzip("bomb", idx({2}, Bytes(size_t{50} << 20))), "goes on after the 2 values");
}

TEST_CASE("An idx file that was cut short is an error at every length") {
  const ScratchFolder folder;
  varangian::for_each_truncation(idx({2, 2}, {1, 2, 3, 4}), [&](const Bytes& bytes) {
    CHECK_THROWS_AS(read_idx(folder.write("plain", bytes)), Error);
    CHECK_THROWS_AS(read_idx(folder.write_gzip("packed", bytes)), Error);
  });
}

TEST_CASE("An idx header with a damaged byte is an error") {
  const ScratchFolder folder;
  varangian::for_each_flip(idx({2, 2}, {1, 2, 3, 4}), 12, [&](const Bytes& bytes) {
    CHECK_THROWS_AS(read_idx(folder.write("a", bytes)), Error);
  });
}
