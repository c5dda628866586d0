#include "data/npy.h"

#include "expect.h"
#include "memory_file.h"

#include <ATen/ATen.h>

// Bytes as a .npy file. What is read must come back from the file that we write of it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace varangian;
  static const MemoryFile file, copy;
  file.write(data, size);
  value_or_error(file.path(), [&] {
    const at::Tensor values = read_npy(file.path());
    if (values.scalar_type() == at::kBool) return;  // never written
    write_npy(copy.path(), values);
    const at::Tensor again = read_npy(copy.path());
    if (again.sizes() != values.sizes() ||
        !at::equal(again.view(-1).view(at::kByte), values.view(-1).view(at::kByte)))
      finding("reads otherwise when written again");
  });
  return 0;
}
