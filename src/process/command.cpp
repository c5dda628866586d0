#include "process/command.h"

#include "varangian/error.h"

#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace varangian {

namespace fs = std::filesystem;

std::string program_of(const std::string& name) {
  if (name.find('/') != std::string::npos) return access(name.c_str(), X_OK) == 0 ? name : "";
  const char* path = std::getenv("PATH");
  const std::string folders = path == nullptr ? "/usr/bin:/bin" : path;
  for (size_t begin = 0; begin <= folders.size();) {
    const size_t end = std::min(folders.find(':', begin), folders.size());
    const std::string candidate = fs::path(folders.substr(begin, end - begin)) / name;
    std::error_code failure;
    if (fs::is_regular_file(candidate, failure) && access(candidate.c_str(), X_OK) == 0) return candidate;
    begin = end + 1;
  }
  return "";
}

CommandResult run_command(const std::vector<std::string>& command, size_t most,
                          const std::atomic<bool>* stop) {
  constexpr int kPatience = 100;  // milliseconds between looks at `stop`
  int ends[2];
  if (pipe(ends) != 0) throw Error::format("no pipe for `{}`: {}", command.front(), std::strerror(errno));
  posix_spawn_file_actions_t streams;
  posix_spawn_file_actions_init(&streams);
  posix_spawn_file_actions_adddup2(&streams, ends[1], 1);
  posix_spawn_file_actions_adddup2(&streams, ends[1], 2);
  posix_spawn_file_actions_addclose(&streams, ends[0]);
  posix_spawn_file_actions_addclose(&streams, ends[1]);
  posix_spawnattr_t attributes;  // a program that ignores SIGPIPE would pass that on
  posix_spawnattr_init(&attributes);
  sigset_t as_usual;
  sigemptyset(&as_usual);
  sigaddset(&as_usual, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &as_usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int problem = posix_spawnp(&child, arguments[0], &streams, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&streams);
  close(ends[1]);
  CommandResult done;
  char buffer[4096];
  while (done.said.size() < most) {
    if (stop != nullptr) {
      if (*stop) {
        if (problem == 0) kill(child, SIGTERM);
        break;
      }
      pollfd output{.fd = ends[0], .events = POLLIN, .revents = 0};
      if (poll(&output, 1, kPatience) <= 0) continue;
    }
    const ssize_t count = read(ends[0], buffer, sizeof buffer);
    if (count > 0)
      done.said.append(buffer, static_cast<size_t>(count));
    else if (count == 0 || errno != EINTR)
      break;
  }
  close(ends[0]);
  if (problem != 0)
    throw Error::format("`{}` cannot be started: {}", command.front(), std::strerror(problem));
  while (waitpid(child, &done.status, 0) < 0 && errno == EINTR) {
  }
  return done;
}

}  // namespace varangian
