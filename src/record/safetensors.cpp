#include "record/safetensors.h"

#include "core/json.h"
#include "core/sha256.h"
#include "record/atomic_file.h"
#include "varangian/error.h"

#include <ATen/ATen.h>

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

std::string read_bytes(const std::filesystem::path& path) {
  std::error_code failure;
  if (!std::filesystem::is_regular_file(path, failure))
    throw Error::format("{}: {}", path.string(), failure ? failure.message() : "not a regular file");
  const uintmax_t size = std::filesystem::file_size(path, failure);
  std::ifstream file(path, std::ios::binary);
  if (failure || !file) throw Error::format("{}: cannot be read", path.string());
  std::string bytes(size, '\0');
  if (!file.read(bytes.data(), static_cast<std::streamsize>(size)))
    throw Error::format("{}: cannot be read to its end", path.string());
  return bytes;
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
  std::string bytes = read_bytes(path);
  if (bytes.size() < kHashAt + kDigits || bytes.compare(8, kStart.size(), kStart) != 0)
    throw Error::format("{}: not a file of ours, or cut short", where);
  const std::string written = bytes.substr(kHashAt, kDigits);
  bytes.replace(kHashAt, kDigits, kZeros);
  if (sha256(bytes) != written) throw Error::format("{}: damaged (its SHA-256 does not fit)", where);
  TensorFile content = parse_safetensors(bytes, where);
  content.metadata.erase("sha256");
  return content;
}

TensorFile read_foreign_safetensors(const std::filesystem::path& path) {
  return parse_safetensors(read_bytes(path), path.string());
}

}  // namespace varangian
