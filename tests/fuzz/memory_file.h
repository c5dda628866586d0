#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

namespace varangian {

/// A file in memory, written anew for each input; readers open it by its path like any other.
class MemoryFile {
 public:
  MemoryFile() : fd_(memfd_create("fuzz", MFD_CLOEXEC)), path_("/proc/self/fd/" + std::to_string(fd_)) {}
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(fd_); }

  const std::filesystem::path& path() const { return path_; }

  void write(const uint8_t* bytes, size_t size) const {
    if (ftruncate(fd_, 0) != 0 || pwrite(fd_, bytes, size, 0) != static_cast<ssize_t>(size)) {
      std::perror("memory file");
      std::abort();
    }
  }

 private:
  int fd_;
  std::filesystem::path path_;
};

}  // namespace varangian
