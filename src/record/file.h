#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace varangian {

/// A file open for writing. Every failure of the disk throws Error that names the file and the reason.
class File {
 public:
  /// `flags`: open(2)'s, O_WRONLY and O_CLOEXEC are added.
  File(std::filesystem::path path, int flags);
  File(File&& other) noexcept;
  ~File();
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  File& operator=(File&&) = delete;

  /// All of it, or an Error. Some of it may then be in the file.
  void write(std::string_view bytes);
  /// To the disk.
  void sync();
  /// Drops what lies beyond `length` bytes, and goes on writing there.
  void cut(int64_t length);

 private:
  [[noreturn]] void fail(const char* what) const;

  std::filesystem::path path_;
  int descriptor_ = -1;
};

/// All bytes of a file. Throws Error when it cannot be read.
std::string contents_of(const std::filesystem::path& path);

/// To the disk: which files a folder holds.
void sync_folder(const std::filesystem::path& folder);

}  // namespace varangian
