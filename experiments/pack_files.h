#pragma once

#include "experiments/config.h"

#include <filesystem>
#include <string>
#include <vector>

namespace varangian {

/// Copies the files that a run's config names, but data, to `folder`/files/<hash>/ and makes the config name
/// the copies ("files/<hash>/rule.py"): initial weights, models, given partitions, scripts of components that
/// are programs; of a plugin's library the sources beside it. Programs and libraries themselves are not
/// copied. Returns what should be told: files that are too large or that `content` (identity.h) does not
/// know.
std::vector<std::string> pack_files(const RunConfig& run, Json& config, const Json& content,
                                    const std::filesystem::path& folder);

}  // namespace varangian
