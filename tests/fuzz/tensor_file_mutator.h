#pragma once

#include <cstddef>
#include <cstdint>

namespace varangian {

/// Changes a safetensors file: its header as JSON, with a length that fits again, or any of its bytes.
/// Returns the new size.
size_t mutate_tensor_file(uint8_t* data, size_t size, size_t most, unsigned seed);

}  // namespace varangian
