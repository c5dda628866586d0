#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace varangian {

/// Tensors and texts in the safetensors layout: 8 bytes of header length, JSON, raw values; readable by
/// Python's `safetensors`.
struct TensorFile {
  std::vector<std::pair<std::string, at::Tensor>> tensors;  ///< in the header's order, on the CPU
  std::map<std::string, std::string> metadata;
};

/// Writes float32, float64, int64 and uint8 tensors; the metadata begins with the SHA-256 of the whole file
/// (its own digits taken as zeros).
/// Atomic: after a crash there is the old file or the new one.
void write_safetensors(const std::filesystem::path& path, const TensorFile& content);

/// A file that write_safetensors wrote. Its hash is checked before anything is parsed. Throws Error that
/// names the file when it is damaged, cut or not ours.
TensorFile read_safetensors(const std::filesystem::path& path);

/// Any file of the format, whoever wrote it, with bool, int8, int16, int32, float16 and bfloat16 tensors too,
/// each in its own type. Nothing that the header says is believed: an Error names the file, the header's
/// entry and what is wrong with it. The values must fill the file without a gap or an overlap.
TensorFile read_foreign_safetensors(const std::filesystem::path& path);

/// The same of bytes in memory; `where` begins each message.
TensorFile parse_safetensors(std::string_view bytes, const std::string& where);

}  // namespace varangian
