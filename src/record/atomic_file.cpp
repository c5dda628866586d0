#include "record/atomic_file.h"

#include "varangian/error.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace varangian {
namespace {

class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags)
      : path_(path), fd_(::open(path.c_str(), flags, 0644)) {
    if (fd_ < 0) fail("opened");
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("written");
      bytes.remove_prefix(static_cast<size_t>(written));
    }
  }

  void sync() {
    if (::fsync(fd_) != 0) fail("written");
  }

 private:
  [[noreturn]] void fail(const char* what) const {
    throw Error::format("{}: cannot be {}: {}", path_.string(), what, std::strerror(errno));
  }

  std::filesystem::path path_;
  int fd_;
};

}  // namespace

void write_atomically(const std::filesystem::path& path, const std::vector<std::string_view>& pieces) {
  const std::filesystem::path beside = path.string() + ".new";
  try {
    Descriptor file(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
    for (const std::string_view piece : pieces) file.write(piece);
    file.sync();
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(beside, ignored);
    throw;
  }
  std::error_code failure;
  std::filesystem::rename(beside, path, failure);
  if (failure) throw Error::format("{}: cannot be written: {}", path.string(), failure.message());
  Descriptor(path.parent_path().empty() ? "." : path.parent_path(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      .sync();
}

}  // namespace varangian
