#pragma once

#include <filesystem>

namespace varangian {

/// Loads a shared library with a component (include/varangian/plugin.h), once for each file, and never closes
/// it. Throws Error with both sides' versions when they differ.
void load_plugin(const std::filesystem::path& path);

}  // namespace varangian
