#pragma once

#include "core/json.h"

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace varangian {

/// Takes out of a run's config and manifest what tells who ran it and where: names of machines, paths through
/// home folders and the working folder. Its identity is left as it is, or it would be another run.
class Anonymizer {
 public:
  Anonymizer();

  void clean_config(Json& config) const;
  /// Remembers the machines that it names.
  void clean_manifest(Json& manifest);

  /// Names of this user and of machines that a text still has.
  std::vector<std::string> left_in(std::string_view text) const;

 private:
  void clean(Json& value) const;
  std::string cleaned(std::string text) const;

  std::vector<std::pair<std::string, std::string>> prefixes_;  ///< paths and what stands for them
  std::set<std::string> names_;
};

}  // namespace varangian
