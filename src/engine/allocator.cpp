#include "engine/allocator.h"

#include <ATen/ATen.h>

#include <malloc.h>
#include <sys/mman.h>

#include <cstdint>

namespace varangian {

void keep_freed_memory() {
  mallopt(M_TRIM_THRESHOLD, -1);
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
}

at::Tensor large_zeros(at::IntArrayRef sizes, const at::TensorOptions& options) {
  constexpr uintptr_t kHuge = 2 << 20;
  at::Tensor tensor = at::empty(sizes, options);
  if (tensor.is_cpu() && tensor.nbytes() >= 2 * kHuge) {
    const auto begin = reinterpret_cast<uintptr_t>(tensor.data_ptr()), end = begin + tensor.nbytes();
    const uintptr_t first = (begin + kHuge - 1) / kHuge * kHuge;
    madvise(reinterpret_cast<void*>(first), end / kHuge * kHuge - first,
            MADV_HUGEPAGE);  // refused: as before
  }
  return tensor.zero_();
}

}  // namespace varangian
