#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace varangian {

/// Memory that another process can map by its file.
class SharedMemory {
 public:
  /// Zeros. Throws Error when there is no memory.
  explicit SharedMemory(size_t bytes);
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  std::byte* data() const { return data_; }
  size_t bytes() const { return bytes_; }
  int file() const { return file_; }
  int64_t id() const { return id_; }  ///< never used twice in this process

 private:
  size_t bytes_;
  int file_ = -1;
  std::byte* data_ = nullptr;
  int64_t id_;
};

/// Where a stretch of memory lies, for whoever maps the whole.
struct SharedPlace {
  int64_t id;
  int file;
  size_t bytes;   ///< of the whole
  size_t offset;  ///< in it
};

/// Nothing when no living SharedMemory holds all of the stretch.
std::optional<SharedPlace> shared_place(const void* begin, size_t bytes);

/// Zeros on the CPU in a SharedMemory of their own, which lives as long as they do.
at::Tensor shared_zeros(at::IntArrayRef sizes, const at::TensorOptions& options);

}  // namespace varangian
