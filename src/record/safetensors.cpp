#include "record/safetensors.h"

#include "core/json.h"
#include "core/sha256.h"
#include "record/atomic_file.h"
#include "varangian/error.h"

#include <ATen/ATen.h>

#include <cstring>
#include <fstream>

namespace varangian {
namespace {

constexpr std::string_view kStart = R"({"__metadata__":{"sha256":")";
constexpr size_t kDigits = 64;
constexpr size_t kHashAt = 8 + kStart.size();
const std::string kZeros(kDigits, '0');

std::string_view dtype_name(at::ScalarType type) {
  if (type == at::kFloat) return "F32";
  if (type == at::kDouble) return "F64";
  if (type == at::kLong) return "I64";
  VARANGIAN_ASSERT_EQ(static_cast<int>(type), static_cast<int>(at::kByte));
  return "U8";
}

std::string_view bytes_of(const at::Tensor& tensor) {
  return {static_cast<const char*>(tensor.data_ptr()), tensor.nbytes()};
}

at::Tensor tensor_from(const Json& entry, std::string_view data, const std::string& where) {
  const std::map<std::string, at::ScalarType> types = {
      {"F32", at::kFloat}, {"F64", at::kDouble}, {"I64", at::kLong}, {"U8", at::kByte}};
  const auto type = types.find(entry.at("dtype").get<std::string>());
  const auto shape = entry.at("shape").get<std::vector<int64_t>>();
  const auto begin = entry.at("data_offsets").at(0).get<uint64_t>(),
             end = entry.at("data_offsets").at(1).get<uint64_t>();
  if (type == types.end() || begin > end || end > data.size())
    throw Error::format("{}: its header is damaged", where);
  uint64_t bytes = at::elementSize(type->second);
  bool sound = true;
  for (const int64_t size : shape)
    sound = sound && size >= 0 && !__builtin_mul_overflow(bytes, static_cast<uint64_t>(size), &bytes);
  if (!sound || bytes != end - begin) throw Error::format("{}: a tensor's shape and size disagree", where);
  at::Tensor tensor = at::empty(shape, type->second);
  if (end > begin) std::memcpy(tensor.data_ptr(), data.data() + begin, end - begin);
  return tensor;
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, const TensorFile& content) {
  Json header = {{"__metadata__", {{"sha256", kZeros}}}};
  for (const auto& [key, value] : content.metadata) header["__metadata__"][key] = value;
  std::vector<at::Tensor> tensors;  // on the CPU, kept alive while they are written
  uint64_t offset = 0;
  for (const auto& [name, tensor] : content.tensors) {
    tensors.push_back(tensor.to(at::kCPU).contiguous());
    const uint64_t end = offset + tensors.back().nbytes();
    header[name] = {{"dtype", dtype_name(tensor.scalar_type())},
                    {"shape", tensor.sizes().vec()},
                    {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');  // values begin on a multiple of 8
  const uint64_t length = text.size();
  text.insert(0, reinterpret_cast<const char*>(&length), sizeof length);

  Sha256 hash;
  hash.add(text.data(), text.size());
  for (const at::Tensor& tensor : tensors) hash.add(tensor.data_ptr(), tensor.nbytes());
  text.replace(kHashAt, kDigits, hash.hex());

  std::vector<std::string_view> pieces = {text};
  for (const at::Tensor& tensor : tensors) pieces.push_back(bytes_of(tensor));
  write_atomically(path, pieces);
}

TensorFile read_safetensors(const std::filesystem::path& path) {
  const std::string where = path.string();
  std::ifstream file(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) throw Error::format("{}: cannot be read", where);
  if (bytes.size() < kHashAt + kDigits || bytes.compare(8, kStart.size(), kStart) != 0)
    throw Error::format("{}: not a file of ours, or cut short", where);
  const std::string written = bytes.substr(kHashAt, kDigits);
  bytes.replace(kHashAt, kDigits, kZeros);
  if (sha256(bytes) != written) throw Error::format("{}: damaged (its SHA-256 does not fit)", where);

  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  if (length > bytes.size() - 8) throw Error::format("{}: its header is damaged", where);
  const std::string_view data = std::string_view(bytes).substr(8 + length);
  TensorFile content;
  try {
    const Json header = parse_json(std::string_view(bytes).substr(8, length), where);
    for (const auto& [name, entry] : header.items()) {
      if (name == "__metadata__")
        content.metadata = entry.get<std::map<std::string, std::string>>();
      else
        content.tensors.emplace_back(name, tensor_from(entry, data, where));
    }
  } catch (const nlohmann::json::exception&) {
    throw Error::format("{}: its header is damaged", where);
  }
  content.metadata.erase("sha256");
  return content;
}

}  // namespace varangian
