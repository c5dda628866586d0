#pragma once

#include "core/json.h"

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

namespace varangian {

/// A run as it lies in a pack.
struct PackedRun {
  std::filesystem::path folder;
  std::string name;  ///< "quickstart/4fcac7c13393"
  Json config, manifest;
  std::string wrong;  ///< what is wrong with it before anything is run again; "" when nothing is
};

struct Pack {
  std::filesystem::path root;
  std::vector<PackedRun> runs;
  std::vector<std::string> wrong;  ///< with what belongs to no run
};

/// Unpacks an archive of `varangian pack` below `folder`, compares every file with SHA256SUMS, and each run's
/// id, manifest and record with each other. What does not agree is noted where it belongs. Throws Error when
/// it is no pack, or when `stop` comes while it is unpacked.
Pack open_pack(const std::filesystem::path& archive, const std::filesystem::path& folder,
               const std::atomic<bool>& stop);

}  // namespace varangian
