#include "record/csv_file.h"

#include "varangian/error.h"

#include <fmt/ranges.h>

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace varangian {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* what) {
  throw Error::format("{}: cannot be {}: {}", path.string(), what, std::strerror(errno));
}

}  // namespace

CsvFile::CsvFile(std::filesystem::path path, const std::vector<std::string>& header, int64_t length)
    : path_(std::move(path)), file_(std::fopen(path_.c_str(), length == 0 ? "wb" : "r+b"), std::fclose) {
  if (file_ == nullptr) fail(path_, "opened");
  if (length == 0) {
    row(header);
    return;
  }
  if (::ftruncate(::fileno(file_.get()), length) != 0) fail(path_, "cut back");
  if (std::fseek(file_.get(), 0, SEEK_END) != 0) fail(path_, "opened");
  length_ = length;
}

void CsvFile::row(const std::vector<std::string>& cells) {
  const std::string line = fmt::format("{}\n", fmt::join(cells, ","));
  if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size()) fail(path_, "written");
  length_ += static_cast<int64_t>(line.size());
}

void CsvFile::flush() {
  if (std::fflush(file_.get()) != 0) fail(path_, "written");
}

void CsvFile::sync() {
  flush();
  if (::fsync(::fileno(file_.get())) != 0) fail(path_, "written");
}

std::string cell(double value) { return fmt::format("{}", value); }
std::string cell(int64_t value) { return fmt::format("{}", value); }

}  // namespace varangian
