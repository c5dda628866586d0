#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace varangian {

/// Tensors and texts in the safetensors layout: 8 bytes of header length, JSON, raw values; readable by
/// Python's `safetensors`. The header's metadata begins with the SHA-256 of the whole file (its own digits
/// taken as zeros), which is checked before anything is parsed.
struct TensorFile {
  std::vector<std::pair<std::string, at::Tensor>> tensors;  ///< float32, float64, int64 or uint8
  std::map<std::string, std::string> metadata;
};

/// Atomic: after a crash there is the old file or the new one.
void write_safetensors(const std::filesystem::path& path, const TensorFile& content);

/// Throws Error that names the file when it is damaged, cut or not ours.
TensorFile read_safetensors(const std::filesystem::path& path);

}  // namespace varangian
