#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace varangian {

/// Where a shell would find the program; empty when it is nowhere.
std::string program_of(const std::string& name);

struct CommandResult {
  int status = 0;    ///< as waitpid says it: 0 is success
  std::string said;  ///< its output and its errors
};

/// Runs a command to its end, or until it has said `most` bytes: then SIGPIPE ends it, or until `stop` (null:
/// never), which ends it by SIGTERM. Throws Error when it cannot be started.
CommandResult run_command(const std::vector<std::string>& command, size_t most = SIZE_MAX,
                          const std::atomic<bool>* stop = nullptr);

}  // namespace varangian
