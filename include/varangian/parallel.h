#pragma once

#include <cstdint>
#include <functional>

namespace varangian {

/// Threads that share tasks. A rule that reads whole rows splits its columns over them.
class Parallel {
 public:
  virtual ~Parallel();

  /// Runs task(0), ..., task(count - 1), each once on any thread, and returns when all are done. Which thread
  /// runs a task must not matter; tasks must not call for_each. Rethrows the exception of the first task that
  /// failed.
  virtual void for_each(int64_t count, const std::function<void(int64_t)>& task) = 0;
};

}  // namespace varangian
