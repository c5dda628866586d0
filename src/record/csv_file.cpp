#include "record/csv_file.h"

#include "varangian/error.h"

#include <fcntl.h>
#include <fmt/ranges.h>

namespace varangian {
namespace {

namespace fs = std::filesystem;

constexpr size_t kFlushBytes = 1 << 16;

// 0 for a file that is not there.
uintmax_t size_of(const fs::path& path) {
  std::error_code failure;
  const uintmax_t size = fs::file_size(path, failure);
  return failure ? 0 : size;
}

File open(const fs::path& path, int64_t length) {
  if (length > 0) {
    File file(path, 0);
    file.cut(length);
    return file;
  }
  const fs::path old = path.string() + kSetAside;
  if (size_of(path) > size_of(old)) {
    std::error_code failure;
    fs::rename(path, old, failure);
    if (failure) throw Error::format("{}: cannot be set aside: {}", path.string(), failure.message());
  }
  File file(path, O_CREAT | O_TRUNC);
  sync_folder(path.parent_path());
  return file;
}

}  // namespace

CsvFile::CsvFile(const fs::path& path, const std::vector<std::string>& header, int64_t length)
    : file_(open(path, length)), length_(length) {
  if (length == 0) row(header);
}

void CsvFile::row(const std::vector<std::string>& cells) {
  const size_t before = unflushed_.size();
  fmt::format_to(std::back_inserter(unflushed_), "{}\n", fmt::join(cells, ","));
  length_ += static_cast<int64_t>(unflushed_.size() - before);
  if (unflushed_.size() >= kFlushBytes) flush();
}

void CsvFile::flush() {
  file_.write(unflushed_);
  unflushed_.clear();
}

void CsvFile::sync() {
  flush();
  file_.sync();
}

std::string cell(double value) { return fmt::format("{}", value); }
std::string cell(int64_t value) { return fmt::format("{}", value); }

}  // namespace varangian
