#pragma once

#include "core/json.h"
#include "process/channel.h"

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>

namespace varangian {

/// A process of this program (`varangian work`) that does one run after another, so that a run that crashes
/// or takes all memory ends itself alone, and that what a start costs is paid once. It ends with this
/// process.
///
/// We send {"plugins", "device", "threads", "cpus"} first, then for each run {"config", "swept", "id",
/// "content", "from_scratch", "reason"}. It sends {"progress": {...}} and {"warn": text} on the way, and one
/// of {"done": {"status", "reason", "rounds_done", "final"}}, {"failed": text} and {"held": text} at the end.
class WorkerProcess {
 public:
  explicit WorkerProcess(const Json& settings);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  void send(const Json& message);
  /// The next message; nothing when the process has ended.
  std::optional<Json> receive();
  /// Readable when there is a message, or the process has ended.
  int socket() const { return socket_; }
  pid_t pid() const { return pid_; }

  /// Asks it to end its run after the round in hand, with a checkpoint.
  void request_stop() const;
  /// How a process that has ended came to it.
  std::string ending();

 private:
  pid_t pid_;
  int socket_;
  std::unique_ptr<Channel> channel_;
};

}  // namespace varangian
