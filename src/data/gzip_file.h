#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

struct gzFile_s;  // zlib's

namespace varangian {

/// A file read from front to back, unpacked on the way when its content (not its name) is gzip. Memory grows
/// with what was really read, so a size that a header merely claims costs nothing.
class GzipFile {
 public:
  explicit GzipFile(const std::filesystem::path& path);

  /// The next `count` bytes, fewer only at the end of the file. Throws Error when the file is damaged.
  std::vector<uint8_t> read(int64_t count);

  const std::string& name() const { return name_; }

 private:
  struct Close {
    void operator()(gzFile_s* file) const;
  };
  std::string name_;
  std::unique_ptr<gzFile_s, Close> file_;
};

/// The whole file. Throws Error when it holds more than `limit` bytes once unpacked.
std::vector<uint8_t> read_gzip_file(const std::filesystem::path& path, int64_t limit);

}  // namespace varangian
