#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace varangian {

/// Throws Error when the command is empty or its first word names no program.
void require_program(const std::vector<std::string>& command);

struct Spawned {
  pid_t pid;
  int socket;  ///< our end
};

/// Starts a program that keeps our terminal and streams and has the other end of a socket as file 3
/// (environment variable VARANGIAN_FD). It is killed when the calling thread ends, and ignores Ctrl-C and
/// the like, which ask the run to finish its round.
Spawned spawn(const std::vector<std::string>& command);

}  // namespace varangian
