#include "experiments/find_config.h"

#include "core/nearest.h"
#include "experiments/installed.h"
#include "varangian/error.h"

#include <vector>

namespace varangian {
namespace {

namespace fs = std::filesystem;

// Beside the program, wherever it was moved; there is none beside a program in its build folder.
fs::path installed_configs() {
  std::error_code failure;
  const fs::path program = fs::read_symlink("/proc/self/exe", failure);
  const fs::path folder = (program.parent_path() / VARANGIAN_INSTALLED_CONFIGS).lexically_normal();
  return !failure && fs::is_directory(folder, failure) ? folder : fs::path();
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code failure;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder, failure))
    if (entry.path().extension() == ".json")
      names.push_back(entry.path().lexically_relative(folder).string());
  return names;
}

}  // namespace

fs::path find_config(const std::string& name) {
  std::error_code failure;
  const fs::path installed = installed_configs();
  if (fs::exists(name, failure) || fs::path(name).is_absolute() || installed.empty()) return name;
  if (fs::exists(installed / name, failure)) return installed / name;
  throw Error::format("{}: cannot be read: there is no such file here, nor in {}{}", name, installed.string(),
                      suggestion(name, names_in(installed)));
}

}  // namespace varangian
