#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace varangian {

struct ImportCounts {
  size_t written = 0, known = 0;  ///< known: imported before, the same
};

/// Makes a run directory below output/name of each run in a folder of ByzFL's results, marked "imported" in
/// its manifest. What is there is never changed: where another import took the place, or two folders mean the
/// same run, `warn` is told. Throws Error when the folder holds no run or the disk says no.
ImportCounts import_byzfl_results(const std::filesystem::path& folder, const std::filesystem::path& output,
                                  const std::string& name,
                                  const std::function<void(const std::string&)>& warn);

}  // namespace varangian
