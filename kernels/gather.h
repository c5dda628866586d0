#pragma once

#include <cstdint>

namespace varangian::kernels {

/// out[i * width + j] = scale[j / plane] * bytes[index[i] * width + j] + shift[j / plane]: a batch of images
/// from the data set in memory, normalised by channel; plane is the pixels of a channel, width a multiple of
/// it.
void gather_bytes(const uint8_t* bytes, const int64_t* index, int64_t count, int64_t width, int64_t plane,
                  const float* scale, const float* shift, float* out);

/// out[i * width + j] = values[index[i] * width + j].
void gather_floats(const float* values, const int64_t* index, int64_t count, int64_t width, float* out);

}  // namespace varangian::kernels
