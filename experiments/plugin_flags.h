#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace varangian {

/// This program's own file, wherever it was moved.
std::filesystem::path own_program();

/// What a compiler needs to be told for a plugin of this program: its SDK's and LibTorch's headers, ABI and
/// dialect. From the varangian.pc that belongs to it. Throws Error when there is none.
std::vector<std::string> plugin_flags();

}  // namespace varangian
