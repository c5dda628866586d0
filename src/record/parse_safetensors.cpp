#include "core/json.h"
#include "record/safetensors.h"
#include "varangian/error.h"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>

namespace varangian {
namespace {

constexpr uint64_t kMostHeader = 100'000'000;  // the format's own limit
constexpr size_t kMostDimensions = 32;

struct FloatType {
  std::string_view name;
  at::ScalarType stored, result;
};

constexpr FloatType kFloatTypes[] = {
    {"F32", at::kFloat, at::kFloat},        {"F64", at::kDouble, at::kDouble}, {"F16", at::kHalf, at::kHalf},
    {"BF16", at::kBFloat16, at::kBFloat16}, {"I64", at::kLong, at::kLong},     {"I32", at::kInt, at::kInt},
    {"I16", at::kShort, at::kShort},        {"I8", at::kChar, at::kChar},      {"U8", at::kByte, at::kByte},
    {"BOOL", at::kByte, at::kBool},  // a byte of 2 is no bool
};

/// One tensor as the header announces it.
struct Entry {
  std::string name;
  FloatType type;
  std::vector<int64_t> shape;
  uint64_t begin, end;  ///< among the values
};

class TensorFileHeader {
 public:
  TensorFileHeader(std::string_view text, std::string where) : where_(std::move(where)) {
    const Json header = parse_json(text, where_ + ": its header");
    if (!header.is_object()) fail("", "not an object");
    for (const auto& [name, value] : header.items())
      if (name == "__metadata__")
        read_metadata(value);
      else
        read_entry(name, value);
  }

  const std::vector<Entry>& entries() const { return entries_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }

  /// The values must fill `size` bytes, each once.
  void check_cover(uint64_t size) const {
    std::vector<const Entry*> order;
    for (const Entry& entry : entries_) order.push_back(&entry);
    std::sort(order.begin(), order.end(), [](const Entry* a, const Entry* b) {
      return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
    });
    uint64_t covered = 0;
    for (const Entry* entry : order) {
      const std::string at = child(child("", entry->name), std::string("data_offsets"));
      if (entry->end > size)
        fail(at, fmt::format("ends at byte {} of {} bytes of values; the file was cut short, or it lies",
                             entry->end, size));
      if (entry->begin != covered)
        fail(at, fmt::format("begins at byte {}, where {} is due: values may not overlap or leave a gap",
                             entry->begin, covered));
      covered = entry->end;
    }
    if (covered != size)
      throw Error::format("{}: {} bytes of values, but its header announces {}", where_, size, covered);
  }

 private:
  [[noreturn]] void fail(const std::string& pointer, const std::string& what) const {
    throw Error::format("{}: its header: {}: {}", where_, pointer.empty() ? "/" : pointer, what);
  }

  void read_metadata(const Json& value) {
    if (!value.is_object()) fail("/__metadata__", "not an object");
    for (const auto& [key, text] : value.items()) {
      if (!text.is_string()) fail(child("/__metadata__", key), fmt::format("{} is not a text", shown(text)));
      metadata_[key] = text.get<std::string>();
    }
  }

  const Json& field(const Json& value, const std::string& at, const std::string& key) const {
    const auto found = value.find(key);
    if (found == value.end()) fail(at, fmt::format("no \"{}\"", key));
    return *found;
  }

  std::vector<uint64_t> whole_numbers(const Json& list, const std::string& at) const {
    std::vector<uint64_t> numbers;
    if (!list.is_array()) fail(at, fmt::format("{} is not a list", shown(list)));
    for (const Json& number : list) {
      if (!number.is_number_unsigned() || number.get<uint64_t>() > INT64_MAX)
        fail(at, fmt::format("{} is not a whole number from 0 to 2^63 - 1", shown(number)));
      numbers.push_back(number.get<uint64_t>());
    }
    return numbers;
  }

  void read_entry(const std::string& name, const Json& value) {
    const std::string at = child("", name);
    if (!value.is_object()) fail(at, fmt::format("{} does not describe a tensor", shown(value)));
    const Json& dtype = field(value, at, "dtype");
    const auto type = std::find_if(std::begin(kFloatTypes), std::end(kFloatTypes),
                                   [&](const FloatType& t) { return dtype == t.name; });
    if (type == std::end(kFloatTypes))
      fail(child(at, std::string("dtype")),
           fmt::format("values of type {} cannot be read; save them as F32", shown(dtype)));

    const std::string shape_at = child(at, std::string("shape"));
    const std::vector<uint64_t> shape = whole_numbers(field(value, at, "shape"), shape_at);
    if (shape.size() > kMostDimensions)
      fail(shape_at, fmt::format("{} dimensions; at most {} are read", shape.size(), kMostDimensions));
    // Sizes of zero count as one: an empty tensor may not smuggle in sizes whose product overflows elsewhere.
    int64_t bound = static_cast<int64_t>(at::elementSize(type->stored));
    for (const uint64_t size : shape)
      if (__builtin_mul_overflow(bound, std::max<uint64_t>(size, 1), &bound))
        fail(shape_at, fmt::format("[{}] is absurd", fmt::join(shape, ", ")));
    const bool empty = std::find(shape.begin(), shape.end(), 0) != shape.end();
    const uint64_t bytes = empty ? 0 : static_cast<uint64_t>(bound);

    const std::string offsets_at = child(at, std::string("data_offsets"));
    const std::vector<uint64_t> offsets = whole_numbers(field(value, at, "data_offsets"), offsets_at);
    if (offsets.size() != 2 || offsets[0] > offsets[1])
      fail(offsets_at, fmt::format("[{}] is not [begin, end]", fmt::join(offsets, ", ")));
    if (offsets[1] - offsets[0] != bytes)
      fail(offsets_at, fmt::format("{} bytes, but a shape of [{}] needs {}", offsets[1] - offsets[0],
                                   fmt::join(shape, ", "), bytes));
    entries_.push_back({name, *type, {shape.begin(), shape.end()}, offsets[0], offsets[1]});
  }

  std::string where_;
  std::vector<Entry> entries_;
  std::map<std::string, std::string> metadata_;
};

}  // namespace

TensorFile parse_safetensors(std::string_view bytes, const std::string& where) {
  uint64_t length = 0;
  if (bytes.size() < sizeof length)
    throw Error::format("{}: {} bytes are no safetensors file", where, bytes.size());
  std::memcpy(&length, bytes.data(), sizeof length);
  bytes.remove_prefix(sizeof length);
  if (length > bytes.size() || length > kMostHeader)
    throw Error::format(
        "{}: no safetensors file, or cut short: it announces a header of {} bytes, and {} follow (at most {} "
        "are read)",
        where, length, bytes.size(), kMostHeader);
  const TensorFileHeader header(bytes.substr(0, length), where);
  const std::string_view data = bytes.substr(length);
  header.check_cover(data.size());

  TensorFile content;
  content.metadata = header.metadata();
  for (const Entry& entry : header.entries()) {
    at::Tensor tensor = at::empty(entry.shape, entry.type.stored);
    if (entry.end > entry.begin)
      std::memcpy(tensor.data_ptr(), data.data() + entry.begin, entry.end - entry.begin);
    content.tensors.emplace_back(entry.name, tensor.to(entry.type.result));
  }
  return content;
}

}  // namespace varangian
