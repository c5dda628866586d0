#pragma once

#include <filesystem>

namespace varangian {

/// A folder of this process's own in the system's folder for temporary files ($TMPDIR), removed with the
/// object. Throws Error when it cannot be made.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace varangian
