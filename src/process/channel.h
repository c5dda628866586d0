#pragma once

#include "core/json.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace varangian {

/// A point in time by which something must have happened; none: never.
using Deadline = std::optional<std::chrono::steady_clock::time_point>;

/// One end of a socket over which two processes send JSON, and files with it. On the wire: the length in four
/// bytes, little-endian, then the text.
class Channel {
 public:
  enum class Outcome { done, closed, late };

  explicit Channel(int socket) : socket_(socket) {}
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  Outcome send(const Json& message, const std::vector<int>& files, const Deadline& deadline);
  /// Throws Error on what is not JSON.
  Outcome receive(Json& message, const Deadline& deadline);

  void close();

 private:
  Outcome wait(short events, const Deadline& deadline) const;
  Outcome receive(char* begin, size_t bytes, const Deadline& deadline);

  int socket_;
};

}  // namespace varangian
