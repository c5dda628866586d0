#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace varangian {

/// Ending of a file that is being written beside the one it will replace.
inline constexpr const char* kUnfinished = ".new";

/// Replaces a file by these pieces, one after another: after a crash there is the old file or the new one,
/// whole. Writes beside it, fsyncs, renames, fsyncs the folder. Throws Error that names the file.
void write_atomically(const std::filesystem::path& path, const std::vector<std::string_view>& pieces);

}  // namespace varangian
