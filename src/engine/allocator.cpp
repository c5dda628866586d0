#include "engine/allocator.h"

#include <malloc.h>

namespace varangian {

void keep_freed_memory() {
  mallopt(M_TRIM_THRESHOLD, -1);
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
}

}  // namespace varangian
