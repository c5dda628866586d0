#include "process/shared_memory.h"

#include "varangian/error.h"

#include <ATen/ATen.h>

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>

namespace varangian {
namespace {

std::mutex guard;
std::map<const std::byte*, const SharedMemory*> living;  // by where they begin

}  // namespace

SharedMemory::SharedMemory(size_t bytes) : bytes_(bytes) {
  static std::atomic<int64_t> next{0};
  id_ = next++;
  const auto failed = [&] {
    const std::string reason = std::strerror(errno);
    if (file_ >= 0) close(file_);
    return Error::format("no {} bytes of memory to share with another process: {}", bytes, reason);
  };
  file_ = memfd_create("varangian", MFD_CLOEXEC);
  if (file_ < 0 || ftruncate(file_, static_cast<off_t>(bytes)) != 0) throw failed();
  void* mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
  if (mapped == MAP_FAILED) throw failed();
  madvise(mapped, bytes, MADV_HUGEPAGE);  // refused: as before
  data_ = static_cast<std::byte*>(mapped);
  const std::lock_guard lock(guard);
  living[data_] = this;
}

SharedMemory::~SharedMemory() {
  {
    const std::lock_guard lock(guard);
    living.erase(data_);
  }
  munmap(data_, bytes_);
  close(file_);
}

std::optional<SharedPlace> shared_place(const void* begin, size_t bytes) {
  const auto* first = static_cast<const std::byte*>(begin);
  const std::lock_guard lock(guard);
  auto after = living.upper_bound(first);
  if (after == living.begin()) return std::nullopt;
  const SharedMemory& memory = *std::prev(after)->second;
  const size_t offset = static_cast<size_t>(first - memory.data());
  if (offset + bytes > memory.bytes()) return std::nullopt;
  return SharedPlace{memory.id(), memory.file(), memory.bytes(), offset};
}

at::Tensor shared_zeros(at::IntArrayRef sizes, const at::TensorOptions& options) {
  size_t bytes = c10::elementSize(c10::typeMetaToScalarType(options.dtype()));
  for (const int64_t size : sizes) bytes *= static_cast<size_t>(size);
  const auto memory = std::make_shared<SharedMemory>(std::max<size_t>(bytes, 1));
  return at::from_blob(
      memory->data(), sizes, [memory](void*) {}, options);
}

}  // namespace varangian
