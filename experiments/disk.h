#pragma once

#include "experiments/assemble.h"

#include <filesystem>

namespace varangian {

/// Bytes that a run leaves on disk: two checkpoints with the weights and everything that lives from round to
/// round, the weights at the end, and the csv files by their usual cells.
double needed_disk(const RunConfig& run, const Assembly& assembly);

/// Bytes that this user may still write below a folder, which need not be there yet. Infinite when nobody
/// knows.
double free_disk(const std::filesystem::path& folder);

}  // namespace varangian
