#pragma once

#include "core/json.h"
#include "varangian/error.h"

#include <filesystem>
#include <string>
#include <vector>

namespace varangian {

/// Another process holds the folder.
struct Held : Error {
  using Error::Error;
};

/// One run's folder, held by one process at a time. The lock is the operating system's (flock), so it dies
/// with its process: a folder whose manifest says "running" and that nobody holds belonged to a run that was
/// killed.
class RunDirectory {
 public:
  /// Makes the folder, takes its lock and removes what a killed run left half written. Throws Held when
  /// another process has the lock, naming it, and Error when the disk says no.
  explicit RunDirectory(std::filesystem::path path);
  ~RunDirectory();
  RunDirectory(const RunDirectory&) = delete;
  RunDirectory& operator=(const RunDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path file(const std::string& name) const { return path_ / name; }

  /// Throws Error when the folder is no longer the one that was locked: removed, or made anew by another
  /// process, whose files must not be touched.
  void require_ours() const;

  /// null when there is none; a damaged one is treated as none, for it can be made again.
  Json manifest() const;
  void write_json(const std::string& name, const Json& content) const;

  /// Checkpoints, the latest first.
  std::vector<std::filesystem::path> checkpoints() const;
  std::filesystem::path checkpoint(int64_t round) const;
  /// Removes all checkpoints but `latest` and the one before. Later ones are damaged, or this run would not
  /// have come to `latest`.
  void keep_two_checkpoints(int64_t latest) const;
  void remove_checkpoints() const;

  /// Removes the csv files that were set aside (csv_file.h).
  void remove_set_aside() const;

 private:
  std::filesystem::path path_;
  int lock_ = -1;
};

/// Whether a process holds the folder's lock now.
bool is_held(const std::filesystem::path& run_directory);

/// This machine's name.
std::string host();

}  // namespace varangian
