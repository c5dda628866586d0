#pragma once

#include <filesystem>

namespace varangian {

/// Compiles the C++ sources of a folder to FOLDER/NAME.so and loads it. Throws Error with what the compiler
/// said when it fails; the library of before then stays. `verbose`: prints the command first.
std::filesystem::path build_plugin(const std::filesystem::path& folder, bool verbose);

}  // namespace varangian
