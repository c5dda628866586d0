#include "experiments/worker_process.h"

#include "process/spawn.h"
#include "varangian/error.h"

#include <fmt/format.h>

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace varangian {

WorkerProcess::WorkerProcess(const Json& settings) {
  const Spawned spawned = spawn({"/proc/self/exe", "work"});  // also when the file was replaced meanwhile
  pid_ = spawned.pid;
  socket_ = spawned.socket;
  channel_ = std::make_unique<Channel>(socket_);
  send(settings);
}

WorkerProcess::~WorkerProcess() {
  channel_->close();
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);  // it has no run in hand, or ours is lost
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// One that cannot be told has ended; receive() will say so.
void WorkerProcess::send(const Json& message) { channel_->send(message, {}, {}); }

std::optional<Json> WorkerProcess::receive() {
  Json message;
  try {
    if (channel_->receive(message, {}) == Channel::Outcome::done) return message;
  } catch (const Error&) {  // half a message, say
  }
  return std::nullopt;
}

void WorkerProcess::request_stop() const { kill(pid_, SIGTERM); }

std::string WorkerProcess::ending() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  if (WIFEXITED(status)) return fmt::format("its process ended with code {}", WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  return fmt::format("its process was ended by signal {} ({}){}", signal, strsignal(signal),
                     signal == SIGKILL ? ", as the system does when memory runs out" : "");
}

}  // namespace varangian
