#include "experiments/plugin_build.h"

#include "core/printable.h"
#include "experiments/plugin_flags.h"
#include "experiments/plugins.h"
#include "process/command.h"
#include "varangian/error.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <vector>

namespace varangian {
namespace {

namespace fs = std::filesystem;

// CXX may hold words, as "ccache g++".
std::vector<std::string> compiler() {
  if (const char* chosen = std::getenv("CXX"); chosen != nullptr && *chosen != '\0') {
    std::stringstream text(chosen);
    std::vector<std::string> words;
    for (std::string word; text >> word;) words.push_back(word);
    if (!words.empty() && !program_of(words.front()).empty()) return words;
    throw Error::format("plugin build: there is no compiler \"{}\", which the variable CXX names", chosen);
  }
  for (const char* name : {"g++", "c++", "clang++"})
    if (!program_of(name).empty()) return {name};
  throw Error(
      "plugin build: there is no C++ compiler: none of g++, c++ and clang++ is in PATH; install one (Debian: "
      "apt-get install g++), or name it in the variable CXX. A plugin in Python needs none: varangian plugin "
      "new "
      "--python");
}

std::vector<std::string> sources_in(const fs::path& folder) {
  if (!fs::is_directory(folder))
    throw Error::format("{}: there is no such folder; `varangian plugin new adversary {}` writes one",
                        folder.string(), folder.filename().string());
  std::vector<std::string> sources;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".cpp") sources.push_back(entry.path().string());
  if (sources.empty())
    throw Error::format(
        "{}: holds no .cpp file to compile{}", folder.string(),
        fs::exists(folder / "varangian_plugin.py") ? "; a plugin in Python is not built" : "");
  std::sort(sources.begin(), sources.end());
  return sources;
}

}  // namespace

fs::path build_plugin(const fs::path& given, bool verbose) {
  fs::path folder = given.lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();  // my_attack/
  const std::vector<std::string> sources = sources_in(folder);
  const std::string name = fs::absolute(folder).lexically_normal().filename().string();
  const fs::path library = folder / (name + ".so"), fresh = folder / ("." + name + ".so");
  std::vector<std::string> command = compiler();
  for (const std::string& flag : plugin_flags()) command.push_back(flag);
  for (const char* flag : {"-O2", "-Wall", "-fPIC", "-shared"}) command.push_back(flag);
  command.insert(command.end(), sources.begin(), sources.end());
  command.insert(command.end(), {"-o", fresh.string()});
  if (verbose) fmt::print("{}\n", fmt::join(command, " "));
  std::fflush(stdout);
  const CommandResult done = run_command(command);
  if (done.status != 0) {
    std::error_code none;
    fs::remove(fresh, none);
    throw Error::format("{}{}: does not compile with {}: what it says stands above", printable(done.said),
                        folder.string(), command.front());
  }
  fmt::print(stderr, "{}", printable(done.said));  // warnings
  fs::rename(fresh, library);                      // a run that has the old one loaded keeps it
  load_plugin(library);
  return library;
}

}  // namespace varangian
