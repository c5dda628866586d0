#include "record/safetensors.h"

#include "expect.h"
#include "tensor_file_mutator.h"

#include <ATen/ATen.h>

// Bytes as a safetensors file of another program. Its tensors share the bytes that follow the header.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace varangian;
  value_or_error("input", [&] {
    const TensorFile file = parse_safetensors({reinterpret_cast<const char*>(data), size}, "input");
    size_t bytes = 0;
    for (const auto& [name, tensor] : file.tensors) bytes += tensor.nbytes();
    if (bytes > size) finding("more values than bytes");
  });
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed) {
  return varangian::mutate_tensor_file(data, size, most, seed);
}
