#include "record/atomic_file.h"

#include "record/file.h"
#include "varangian/error.h"

#include <fcntl.h>

namespace varangian {

void write_atomically(const std::filesystem::path& path, const std::vector<std::string_view>& pieces) {
  const std::filesystem::path beside = path.string() + kUnfinished;
  std::error_code failure;
  try {
    File file(beside, O_CREAT | O_TRUNC);
    for (const std::string_view piece : pieces) file.write(piece);
    file.sync();
  } catch (...) {
    std::filesystem::remove(beside, failure);
    throw;
  }
  std::filesystem::rename(beside, path, failure);
  if (failure) throw Error::format("{}: cannot be written: {}", path.string(), failure.message());
  sync_folder(path.parent_path());
}

}  // namespace varangian
