#pragma once

#include <cstdint>

#include <sys/resource.h>

namespace varangian {

/// The most memory that this process has held so far, in bytes. Linux gives kilobytes.
inline int64_t peak_memory() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return int64_t{usage.ru_maxrss} << 10;
}

}  // namespace varangian
