#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>

namespace varangian {

/// Reads a NumPy file (format 1.0, 2.0 or 3.0; NEP 1, "A simple file format for NumPy arrays") in C order.
/// <f4 and <f8 become float32, <i4 and <i8 int64, |u1 uint8, |b1 bool. Throws Error on everything else.
at::Tensor read_npy(const std::filesystem::path& path);

/// Writes a float32, int64 or uint8 tensor in format 1.0.
void write_npy(const std::filesystem::path& path, const at::Tensor& tensor);

}  // namespace varangian
