#include "data/npy.h"

#include "varangian/error.h"

#include <ATen/ops/empty.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace varangian {
namespace {

static_assert(std::endian::native == std::endian::little, "values are copied as they lie in the file");

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr int64_t kMaxHeader = 1 << 16;
constexpr size_t kNumpyDimensions = 32;

struct NpyType {
  std::string_view name;
  at::ScalarType stored, result;
};

constexpr NpyType kNpyTypes[] = {{"<f4", at::kFloat, at::kFloat}, {"<f8", at::kDouble, at::kFloat},
                                 {"<i4", at::kInt, at::kLong},    {"<i8", at::kLong, at::kLong},
                                 {"|u1", at::kByte, at::kByte},   {"|b1", at::kByte, at::kBool}};

/// The header's text, a Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
class NpyHeader {
 public:
  NpyHeader(std::string_view text, const std::string& file) : text_(text), file_(file) {
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr" && !type_)
        type_ = quoted();
      else if (key == "fortran_order" && !fortran_)
        fortran_ = flag();
      else if (key == "shape" && !shape_)
        shape_ = tuple();
      else
        fail("a key that is unknown or there twice");
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_spaces();
    if (at_ != text_.size()) fail("text after the dictionary");
    if (!type_ || !fortran_ || !shape_) fail("no descr, fortran_order or shape");
  }

  const NpyType& type() const {
    const auto found = std::find_if(std::begin(kNpyTypes), std::end(kNpyTypes),
                                    [this](const NpyType& type) { return type.name == *type_; });
    if (found == std::end(kNpyTypes))
      throw Error::format(
          "{}: holds values of type \"{}\"; save one of <f4, <f8, <i4, <i8, |u1, |b1 (little-endian, as "
          "array.astype('<f4') gives it)",
          file_, *type_);
    return *found;
  }

  bool fortran() const { return *fortran_; }
  const std::vector<int64_t>& shape() const { return *shape_; }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw Error::format("{}: the .npy header is damaged at its byte {}: {}", file_, at_, what);
  }

  void skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }

  bool accept(char c) {
    skip_spaces();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void expect(char c) {
    if (!accept(c)) fail(fmt::format("want '{}'", c));
  }

  std::string quoted() {
    if (accept('[')) throw Error::format("{}: structured types cannot be read; save one plain array", file_);
    const char quote = accept('"') ? '"' : '\'';
    if (quote == '\'') expect('\'');
    const size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) fail("a text without end");
    std::string value(text_.substr(at_, end - at_));
    at_ = end + 1;
    return value;
  }

  bool flag() {
    skip_spaces();
    for (const std::string_view word : {"True", "False"})
      if (text_.substr(at_, word.size()) == word) {
        at_ += word.size();
        return word == "True";
      }
    fail("want True or False");
  }

  std::vector<int64_t> tuple() {
    std::vector<int64_t> values;
    expect('(');
    while (!accept(')')) {
      skip_spaces();
      int64_t value = -1;
      const char* end = text_.data() + text_.size();
      const auto [next, code] = std::from_chars(text_.data() + at_, end, value);
      if (code != std::errc() || value < 0) fail("want a size");
      at_ = static_cast<size_t>(next - text_.data());
      values.push_back(value);
      if (values.size() > kNumpyDimensions) fail("too many dimensions");
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return values;
  }

  std::string_view text_;
  const std::string& file_;
  size_t at_ = 0;
  std::optional<std::string> type_;
  std::optional<bool> fortran_;
  std::optional<std::vector<int64_t>> shape_;
};

/// Reads `count` bytes that are known to be there.
void read_exactly(std::ifstream& stream, void* out, int64_t count, const std::string& file) {
  stream.read(static_cast<char*>(out), count);
  if (stream.gcount() != count) throw Error::format("{}: cannot be read to its end", file);
}

int64_t count_bytes(const std::vector<int64_t>& shape, const NpyType& type, const std::string& file) {
  // Sizes of zero count as one: an empty array may not smuggle in sizes whose product overflows elsewhere.
  int64_t bound = static_cast<int64_t>(c10::elementSize(type.stored));
  bool empty = false;
  for (const int64_t size : shape) {
    empty = empty || size == 0;
    if (__builtin_mul_overflow(bound, std::max<int64_t>(size, 1), &bound))
      throw Error::format("{}: the shape ({}) in its header is absurd", file, fmt::join(shape, ", "));
  }
  return empty ? 0 : bound;
}

}  // namespace

at::Tensor read_npy(const std::filesystem::path& path) {
  const std::string file = path.string();
  std::error_code code;
  if (!std::filesystem::exists(path, code)) throw Error::format("{}: no such file", file);
  if (!std::filesystem::is_regular_file(path, code)) throw Error::format("{}: not a regular file", file);
  const auto size = static_cast<int64_t>(std::filesystem::file_size(path, code));
  std::ifstream stream(path, std::ios::binary);
  if (code || !stream) throw Error::format("{}: cannot be opened", file);

  // Magic and version, then the length of the header's text in two bytes (format 1) or four.
  uint8_t start[12] = {};
  if (size < 10) throw Error::format("{}: {} bytes are no .npy file", file, size);
  read_exactly(stream, start, 8, file);
  if (!std::equal(kMagic.begin(), kMagic.end(), reinterpret_cast<const char*>(start)))
    throw Error::format("{}: no .npy file: it does not start with \\x93NUMPY (write it with numpy.save)",
                        file);
  const int major = start[6], minor = start[7];
  if (major < 1 || major > 3 || minor != 0)
    throw Error::format("{}: .npy format {}.{}; 1.0, 2.0 and 3.0 can be read", file, major, minor);
  const int64_t begin = major == 1 ? 10 : 12;
  if (size < begin) throw Error::format("{}: ends within the .npy header", file);
  read_exactly(stream, start + 8, begin - 8, file);
  const int64_t length =
      int64_t{start[8]} | int64_t{start[9]} << 8 | int64_t{start[10]} << 16 | int64_t{start[11]} << 24;
  if (length > size - begin) throw Error::format("{}: ends within the .npy header", file);
  if (length > kMaxHeader)
    throw Error::format("{}: a .npy header of {} bytes; at most {} are read", file, length, kMaxHeader);
  std::string text(static_cast<size_t>(length), '\0');
  read_exactly(stream, text.data(), length, file);

  const NpyHeader header(text, file);
  const NpyType& type = header.type();
  if (header.fortran())
    throw Error::format("{}: is in Fortran order; save numpy.ascontiguousarray(array)", file);
  const int64_t bytes = count_bytes(header.shape(), type, file);
  if (bytes != size - begin - length)
    throw Error::format("{}: {} bytes of values, but the shape ({}) of {} needs {}", file,
                        size - begin - length, fmt::join(header.shape(), ", "), type.name, bytes);
  at::Tensor values = at::empty(header.shape(), type.stored);
  if (bytes > 0) read_exactly(stream, values.mutable_data_ptr(), bytes, file);
  return values.to(type.result);
}

void write_npy(const std::filesystem::path& path, const at::Tensor& tensor) {
  const at::Tensor values = tensor.cpu().contiguous();
  const auto type = std::find_if(std::begin(kNpyTypes), std::end(kNpyTypes), [&](const NpyType& type) {
    return type.stored == values.scalar_type() && type.result == type.stored;
  });
  if (type == std::end(kNpyTypes))
    throw Error::format("{}: only float32, int64 and uint8 tensors can be written, not {}", path.string(),
                        c10::toString(values.scalar_type()));
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", type->name,
                                   fmt::join(values.sizes(), ", "), values.dim() == 1 ? "," : "");
  // Values start at a multiple of 64; the header ends with a line break.
  header.append(63 - (kMagic.size() + 4 + header.size()) % 64, ' ');
  header += '\n';

  std::ofstream stream(path, std::ios::binary);
  stream << kMagic << '\x01' << '\0' << static_cast<char>(header.size() & 0xff)
         << static_cast<char>(header.size() >> 8) << header;
  if (values.numel() > 0)
    stream.write(static_cast<const char*>(values.const_data_ptr()), static_cast<int64_t>(values.nbytes()));
  stream.close();
  if (!stream) throw Error::format("{}: cannot be written", path.string());
}

}  // namespace varangian
