#pragma once

#include "core/json.h"

#include <filesystem>
#include <string>
#include <vector>

namespace varangian {

struct Imported {
  Json config;                        ///< as written, with a sweep block where there are lists
  std::vector<std::string> notes;     ///< what is not the same, or was left out, and why
  std::vector<std::string> problems;  ///< what cannot be translated; the config then lacks it
};

/// What a file of ByzFL's benchmark (0.0.11, arXiv 2505.24802) says, as a config of ours. `where` begins each
/// note and problem; `name` is the config's name. docs/byzfl.md has the table. Throws Error when it is no
/// such file.
Imported import_byzfl(const Json& theirs, const std::string& where, const std::string& name);

}  // namespace varangian
