#pragma once

#include "experiments/identity.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace varangian {

/// Why runs that have no folder are new: what differs in an older run with the same swept values. Reads each
/// folder of runs once.
class WhyNew {
 public:
  /// "new", or "new: config changed against 1a2b3c4d5e6f (/config/optimizer/lr)".
  std::string operator()(const RunConfig& run, const Identity& identity);

 private:
  struct Older {
    std::string id;
    Json content;
  };
  using BySwept = std::map<std::string, std::vector<Older>>;

  static BySwept read(const std::filesystem::path& folder);

  std::map<std::filesystem::path, BySwept> known_;
};

}  // namespace varangian
