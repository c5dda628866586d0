#pragma once

#include "core/json.h"

#include <filesystem>
#include <string>
#include <vector>

namespace varangian {

/// One run's folder, held by one process at a time. The lock is the operating system's (flock), so it dies
/// with its process: a folder whose manifest says "running" and that nobody holds belonged to a run that was
/// killed.
class RunDirectory {
 public:
  /// Makes the folder and takes its lock. Throws Error when another process holds it, or the disk says no.
  explicit RunDirectory(std::filesystem::path path);
  ~RunDirectory();
  RunDirectory(const RunDirectory&) = delete;
  RunDirectory& operator=(const RunDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path file(const std::string& name) const { return path_ / name; }

  /// null when there is none; a damaged one is treated as none, for it can be made again.
  Json manifest() const;
  void write_json(const std::string& name, const Json& content) const;

  /// Checkpoints, the latest first.
  std::vector<std::filesystem::path> checkpoints() const;
  std::filesystem::path checkpoint(int64_t round) const;
  /// Removes all checkpoints but the latest two.
  void keep_two_checkpoints() const;

  /// Removes all that a run wrote, to start it anew.
  void clear() const;

 private:
  std::filesystem::path path_;
  int lock_ = -1;
};

/// Whether a process holds the folder's lock now.
bool is_held(const std::filesystem::path& run_directory);

}  // namespace varangian
