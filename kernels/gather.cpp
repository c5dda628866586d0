#include "gather.h"

#include "isa.h"

#include <cstring>

namespace varangian::kernels {

VARANGIAN_KERNEL(void, gather_bytes,
                 (const uint8_t* bytes, const int64_t* index, int64_t count, int64_t width, int64_t plane,
                  const float* scale, const float* shift, float* out),
                 (bytes, index, count, width, plane, scale, shift, out)) {
  for (int64_t i = 0; i < count; ++i) {
    const uint8_t* sample = bytes + index[i] * width;
    float* row = out + i * width;
    for (int64_t c = 0; c * plane < width; ++c) {
      const float a = scale[c], b = shift[c];
      for (int64_t j = c * plane; j < (c + 1) * plane; ++j) row[j] = a * static_cast<float>(sample[j]) + b;
    }
  }
}

void gather_floats(const float* values, const int64_t* index, int64_t count, int64_t width, float* out) {
  for (int64_t i = 0; i < count; ++i)
    std::memcpy(out + i * width, values + index[i] * width, static_cast<size_t>(width) * sizeof(float));
}

}  // namespace varangian::kernels
