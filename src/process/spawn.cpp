#include "process/spawn.h"

#include "process/command.h"
#include "varangian/error.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace varangian {
namespace {

constexpr int kSocketOfChild = 3;

}  // namespace

void require_program(const std::vector<std::string>& command) {
  if (command.empty() || command.front().empty())
    throw Error("\"command\" is empty: want a program and its arguments, as [\"python3\", \"my_attack.py\"]");
  if (program_of(command.front()).empty())
    throw Error::format("\"command\": there is no program \"{}\"{}", command.front(),
                        command.front().find('/') == std::string::npos ? " in the folders of PATH" : "");
}

Spawned spawn(const std::vector<std::string>& command) {
  // All memory is taken before the fork: other threads may hold the allocator's lock at that moment.
  const std::string program = program_of(command.front());
  std::vector<char*> arguments, environment;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  std::string where = "VARANGIAN_FD=" + std::to_string(kSocketOfChild);
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (std::strncmp(*entry, "VARANGIAN_FD=", 13) != 0) environment.push_back(*entry);
  environment.push_back(where.data());
  environment.push_back(nullptr);

  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw Error::format("no socket for `{}`: {}", command.front(), std::strerror(errno));
  const pid_t parent = getpid(), pid = fork();
  if (pid < 0) {
    const int problem = errno;
    close(ends[0]);
    close(ends[1]);
    throw Error::format("`{}` cannot be started: {}", command.front(), std::strerror(problem));
  }
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);  // it ended before it could be watched
    // Away from file 3 first, so that the copy is a new file that survives exec.
    const int high = fcntl(ends[1], F_DUPFD, kSocketOfChild + 1);
    dup2(high, kSocketOfChild);
    close_range(kSocketOfChild + 1, ~0U, 0);  // no file of the run, above all not its lock
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_IGN);
    for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_DFL);
    execve(program.c_str(), arguments.data(), environment.data());
    _exit(127);
  }
  close(ends[1]);
  return {pid, ends[0]};
}

}  // namespace varangian
