#include "data/idx.h"

#include "expect.h"
#include "memory_file.h"

#include <ATen/core/Tensor.h>

// Bytes as an idx file, gzipped or not.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace varangian;
  static const MemoryFile file;
  file.write(data, size);
  value_or_error(file.path(), [&] {
    const at::Tensor values = read_idx(file.path());
    if (values.numel() < 1 || values.scalar_type() != at::kByte) finding("not the bytes that it promises");
  });
  return 0;
}
