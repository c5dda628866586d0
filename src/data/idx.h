#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>

namespace varangian {

/// Reads an idx file of bytes, gzipped or not, to a uint8 tensor of the shape that its header says (LeCun,
/// Cortes and Burges, "The MNIST database of handwritten digits": 0, 0, type 8, number of dimensions, then
/// each size in four bytes, the highest first, then the values). Throws Error on anything else: another
/// type, a size of zero, bytes that are missing or left over.
at::Tensor read_idx(const std::filesystem::path& path);

}  // namespace varangian
