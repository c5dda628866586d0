#include "experiments/plugin_build.h"

#include "core/printable.h"
#include "experiments/plugin_flags.h"
#include "experiments/plugins.h"
#include "varangian/error.h"

#include <fmt/ranges.h>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <vector>

namespace varangian {
namespace {

namespace fs = std::filesystem;

bool is_in_path(const std::string& program) {
  if (program.find('/') != std::string::npos) return access(program.c_str(), X_OK) == 0;
  const char* path = std::getenv("PATH");
  std::stringstream folders(path == nullptr ? "/usr/bin:/bin" : path);
  for (std::string folder; std::getline(folders, folder, ':');)
    if (access((fs::path(folder) / program).c_str(), X_OK) == 0) return true;
  return false;
}

// CXX may hold words, as "ccache g++".
std::vector<std::string> compiler() {
  if (const char* chosen = std::getenv("CXX"); chosen != nullptr && *chosen != '\0') {
    std::stringstream text(chosen);
    std::vector<std::string> words;
    for (std::string word; text >> word;) words.push_back(word);
    if (!words.empty() && is_in_path(words.front())) return words;
    throw Error::format("plugin build: there is no compiler \"{}\", which the variable CXX names", chosen);
  }
  for (const char* name : {"g++", "c++", "clang++"})
    if (is_in_path(name)) return {name};
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

struct Finished {
  int status = 0;
  std::string said;
};

Finished run(const std::vector<std::string>& command) {
  int ends[2];
  if (pipe(ends) != 0) throw Error::format("plugin build: {}", std::strerror(errno));
  posix_spawn_file_actions_t streams;
  posix_spawn_file_actions_init(&streams);
  posix_spawn_file_actions_adddup2(&streams, ends[1], 1);
  posix_spawn_file_actions_adddup2(&streams, ends[1], 2);
  posix_spawn_file_actions_addclose(&streams, ends[0]);
  posix_spawn_file_actions_addclose(&streams, ends[1]);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int problem = posix_spawnp(&child, arguments[0], &streams, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&streams);
  close(ends[1]);
  Finished done;
  char buffer[4096];
  for (ssize_t count; (count = read(ends[0], buffer, sizeof buffer)) != 0;)
    if (count > 0)
      done.said.append(buffer, static_cast<size_t>(count));
    else if (errno != EINTR)
      break;
  close(ends[0]);
  if (problem != 0) throw Error::format("plugin build: {}: {}", command.front(), std::strerror(problem));
  while (waitpid(child, &done.status, 0) < 0 && errno == EINTR) {
  }
  return done;
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
  const Finished done = run(command);
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
