#include "tensor_file_mutator.h"

#include "json_mutator.h"

#include <cstring>

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t most);

namespace varangian {
namespace {

std::vector<Json> vocabulary() {
  std::vector<Json> words = awkward_values();
  for (const char* word :
       {"__metadata__", "dtype", "shape", "data_offsets", "F32", "F64", "F16", "BF16", "I64", "I32", "I16",
        "I8", "U8", "BOOL", "F8_E4M3", "round", "length:metrics.csv", "weights"})
    words.push_back(word);
  for (const uint64_t size : {4, 8, 16, 24, 64}) words.push_back(size);
  words.push_back({{"dtype", "F32"}, {"shape", {1}}, {"data_offsets", {0, 4}}});
  return words;
}

}  // namespace

size_t mutate_tensor_file(uint8_t* data, size_t size, size_t most, unsigned seed) {
  static const std::vector<Json> words = vocabulary();
  Luck luck(seed);
  uint64_t length = 0;
  if (size > sizeof length) std::memcpy(&length, data, sizeof length);
  if (length == 0 || length > size - sizeof length || luck() % 4 == 0)
    return LLVMFuzzerMutate(data, size, most);

  const std::string values(data + sizeof length + length, data + size);
  std::string header(data + sizeof length, data + sizeof length + length);
  const size_t room = most > sizeof length + values.size() ? most - sizeof length - values.size() : 0;
  if (room < header.size()) return LLVMFuzzerMutate(data, size, most);
  header.resize(room);
  length = mutate_json_text(reinterpret_cast<uint8_t*>(header.data()), length, room, words, luck);
  std::memcpy(data, &length, sizeof length);
  std::memcpy(data + sizeof length, header.data(), length);
  std::memcpy(data + sizeof length + length, values.data(), values.size());
  return sizeof length + length + values.size();
}

}  // namespace varangian
