#pragma once

#include <filesystem>
#include <string>

namespace varangian {

/// The file of this name, or else the config of this name that was installed with the program. Throws Error,
/// with both places and the nearest name, when there is neither.
std::filesystem::path find_config(const std::string& name);

}  // namespace varangian
