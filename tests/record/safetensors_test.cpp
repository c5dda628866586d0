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

namespace {

std::string foreign(const std::string& header, const std::string& values) {
  const uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header + values;
}

}  // namespace

TEST_CASE("a safetensors file of another program is read, each tensor in its own type", "[record]") {
  const TensorFile file = parse_safetensors(
      foreign(R"({"h": {"dtype": "F16", "shape": [2], "data_offsets": [4, 8]},
                  "b": {"dtype": "BF16", "shape": [1, 2], "data_offsets": [0, 4]},
                  "scalar": {"dtype": "I32", "shape": [], "data_offsets": [8, 12]},
                  "flags": {"dtype": "BOOL", "shape": [3], "data_offsets": [12, 15]},
                  "none": {"dtype": "F64", "shape": [0, 7], "data_offsets": [15, 15]},
                  "__metadata__": {"format": "pt"}}  )",
              std::string("\x80\x3f\x00\xc0\x00\x3c\x00\xc0\x07\x00\x00\x00\x00\x01\x02", 15)),
      "x");
  REQUIRE(file.tensors.size() == 5);
  CHECK(file.tensors[0].first == "h");
  CHECK(at::equal(file.tensors[0].second, at::tensor({1.0, -2.0}).to(at::kHalf)));
  CHECK(at::equal(file.tensors[1].second, at::tensor({1.0, -2.0}).to(at::kBFloat16).view({1, 2})));
  CHECK(at::equal(file.tensors[2].second, at::scalar_tensor(7, at::kInt)));
  CHECK(at::equal(file.tensors[3].second, at::tensor({0, 1, 1}, at::kByte).to(at::kBool)));
  CHECK(file.tensors[4].second.sizes() == at::IntArrayRef({0, 7}));
  CHECK(file.metadata == std::map<std::string, std::string>{{"format", "pt"}});
}

TEST_CASE("a safetensors header that lies is an error that says where", "[record]") {
  const std::string good = R"("a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]})";
  const auto entry = [](const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return R"("b": {"dtype": )" + dtype + R"(, "shape": )" + shape + R"(, "data_offsets": )" + offsets + "}";
  };
  const std::pair<std::string, std::string> lies[] = {
      {"[1]", "/: not an object"},
      {"{", "not JSON"},
      {"{" + good + ", " + good + "}", "stands twice"},
      {"{" + good + ", \"b\": 3}", "/b: 3 does not describe a tensor"},
      {"{" + good + ", \"b\": {}}", "/b: no \"dtype\""},
      {"{" + good + ", " + entry("\"F8_E4M3\"", "[4]", "[4, 8]") + "}",
       "/b/dtype: values of type \"F8_E4M3\""},
      {"{" + good + ", " + entry("7", "[4]", "[4, 8]") + "}", "/b/dtype: values of type 7"},
      {"{" + good + ", " + entry("\"U8\"", "[4]", "[4, 9]") + "}", "5 bytes, but a shape of [4] needs 4"},
      {"{" + good + ", " + entry("\"U8\"", "[5]", "[4, 9]") + "}", "ends at byte 9 of 8"},
      {"{" + good + ", " + entry("\"U8\"", "[4]", "[8, 4]") + "}", "[8, 4] is not [begin, end]"},
      {"{" + good + ", " + entry("\"U8\"", "[4]", "[4]") + "}", "[4] is not [begin, end]"},
      {"{" + good + ", " + entry("\"U8\"", "[4]", "4") + "}", "4 is not a list"},
      {"{" + good + ", " + entry("\"U8\"", "[4]", "[4.0, 8.0]") + "}", "4.0 is not a whole number"},
      {"{" + good + ", " + entry("\"U8\"", "[-4]", "[4, 8]") + "}", "/b/shape: -4 is not a whole number"},
      {"{" + good + ", " + entry("\"U8\"", "[true]", "[4, 8]") + "}", "true is not a whole number"},
      {"{" + good + ", " + entry("\"U8\"", "[18446744073709551615]", "[4, 8]") + "}",
       "18446744073709551615 is not a whole number"},
      {"{" + good + ", " + entry("\"F64\"", "[0, 4611686018427387904, 4]", "[8, 8]") + "}", "absurd"},
      {"{" + good + ", " + entry("\"U8\"", "[4]", "[0, 4]") + "}", "begins at byte 0, where 4 is due"},
      {"{" + good + ", " + entry("\"U8\"", "[3]", "[5, 8]") + "}", "begins at byte 5, where 4 is due"},
      {"{" + good + "}", "8 bytes of values, but its header announces 4"},
      {"{" + good + ", \"__metadata__\": [1]}", "/__metadata__: not an object"},
      {"{" + good + ", \"__metadata__\": {\"a~b\": 1}}", "/__metadata__/a~0b: 1 is not a text"},
  };
  for (const auto& [header, message] : lies) {
    INFO(header);
    CHECK_THROWS_WITH(parse_safetensors(foreign(header, "12345678"), "x"),
                      StartsWith("x: ") && ContainsSubstring(message));
  }
  for (const std::string& bytes :
       {std::string(), std::string("1234567"), std::string(8, '\xff'), std::string("\x02\0\0\0\0\0\0\0{", 9)})
    CHECK_THROWS_AS(parse_safetensors(bytes, "x"), Error);
}

TEST_CASE("a safetensors file that is none is an error that names it", "[record]") {
  const ScratchFolder folder;
  CHECK_THROWS_WITH(read_foreign_safetensors(folder / "missing"), ContainsSubstring("missing: No such file"));
  CHECK_THROWS_WITH(read_safetensors(folder.string()),
                    ContainsSubstring(folder.string() + ": not a regular file"));
}

TEST_CASE("a folder that is not there is an error that names the file", "[record]") {
  CHECK_THROWS_WITH(write_safetensors("/nowhere/x.safetensors", {}),
                    ContainsSubstring("/nowhere/x.safetensors.new"));
}

}  // namespace varangian
