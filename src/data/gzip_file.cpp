#include "data/gzip_file.h"

#include "varangian/error.h"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace varangian {
namespace {

constexpr int64_t kGzipChunk = 1 << 20;

}  // namespace

GzipFile::GzipFile(const std::filesystem::path& path) : name_(path.string()) {
  std::error_code code;
  const std::filesystem::file_status status = std::filesystem::status(path, code);
  if (!std::filesystem::exists(status)) throw Error::format("{}: no such file", name_);
  if (!std::filesystem::is_regular_file(status)) throw Error::format("{}: not a regular file", name_);
  errno = 0;
  file_.reset(gzopen(path.c_str(), "rb"));
  if (file_ == nullptr) throw Error::format("{}: cannot be opened: {}", name_, std::strerror(errno));
  gzbuffer(file_.get(), 1 << 18);
}

std::vector<uint8_t> GzipFile::read(int64_t count) {
  std::vector<uint8_t> bytes;
  int64_t done = 0;
  while (done < count) {
    const int64_t want = std::min(kGzipChunk, count - done);
    bytes.resize(static_cast<size_t>(done + want));
    const int got = gzread(file_.get(), bytes.data() + done, static_cast<unsigned>(want));
    // A gzip file that was cut short gives what there is and sets the error, so the count alone says nothing.
    int code = Z_OK;
    const char* message = gzerror(file_.get(), &code);
    if (got < 0 || (code != Z_OK && code != Z_STREAM_END))
      throw Error::format("{}: cannot be read, it is damaged or was cut short ({}); get it again", name_,
                          message);
    done += got;
    if (got < want) break;
  }
  bytes.resize(static_cast<size_t>(done));
  return bytes;
}

void GzipFile::Close::operator()(gzFile_s* file) const { gzclose(file); }

std::vector<uint8_t> read_gzip_file(const std::filesystem::path& path, int64_t limit) {
  GzipFile file(path);
  std::vector<uint8_t> bytes = file.read(limit);
  if (!file.read(1).empty())
    throw Error::format("{}: holds more than {} bytes, the most that is read here", file.name(), limit);
  return bytes;
}

}  // namespace varangian
