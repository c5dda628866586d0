#include "data/idx.h"

#include "data/gzip_file.h"
#include "varangian/error.h"

#include <ATen/ops/empty.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace varangian {
namespace {

constexpr uint8_t kByteType = 0x08;
constexpr int64_t kMaxDimensions = 8;
constexpr int64_t kMaxBytes = int64_t{1} << 33;

std::vector<int64_t> read_shape(GzipFile& file) {
  const std::vector<uint8_t> magic = file.read(4);
  if (magic.size() < 4) throw Error::format("{}: ends within the idx header", file.name());
  if (magic[0] != 0 || magic[1] != 0)
    throw Error::format("{}: no idx file: it starts with the bytes {:#04x} {:#04x}, not 0x00 0x00",
                        file.name(), magic[0], magic[1]);
  if (magic[2] != kByteType)
    throw Error::format("{}: idx values of type {:#04x}; only unsigned bytes (0x08) can be read", file.name(),
                        magic[2]);
  const int64_t dimensions = magic[3];
  if (dimensions < 1 || dimensions > kMaxDimensions)
    throw Error::format("{}: the idx header says {} dimensions, want 1 to {}", file.name(), dimensions,
                        kMaxDimensions);

  const std::vector<uint8_t> sizes = file.read(4 * dimensions);
  if (static_cast<int64_t>(sizes.size()) < 4 * dimensions)
    throw Error::format("{}: ends within the idx header", file.name());
  std::vector<int64_t> shape;
  for (size_t k = 0; k < sizes.size(); k += 4)
    shape.push_back(int64_t{sizes[k]} << 24 | int64_t{sizes[k + 1]} << 16 | int64_t{sizes[k + 2]} << 8 |
                    int64_t{sizes[k + 3]});
  return shape;
}

int64_t count_values(const std::vector<int64_t>& shape, const std::string& name) {
  int64_t count = 1;
  for (const int64_t size : shape) {
    if (size == 0) throw Error::format("{}: a size in the idx header is 0", name);
    if (count > kMaxBytes / size)
      throw Error::format("{}: the sizes [{}] in the idx header are absurd: more than {} bytes", name,
                          fmt::join(shape, ", "), kMaxBytes);
    count *= size;
  }
  return count;
}

}  // namespace

at::Tensor read_idx(const std::filesystem::path& path) {
  GzipFile file(path);
  const std::vector<int64_t> shape = read_shape(file);
  const int64_t count = count_values(shape, file.name());
  const std::vector<uint8_t> bytes = file.read(count);
  if (static_cast<int64_t>(bytes.size()) < count)
    throw Error::format("{}: holds {} values; the sizes [{}] in its header need {}", file.name(),
                        bytes.size(), fmt::join(shape, ", "), count);
  // Reading on also makes zlib compare the checksum at the end.
  if (!file.read(1).empty())
    throw Error::format("{}: goes on after the {} values that its header announces", file.name(), count);
  at::Tensor values = at::empty(shape, at::kByte);
  std::memcpy(values.mutable_data_ptr<uint8_t>(), bytes.data(), bytes.size());
  return values;
}

}  // namespace varangian
