#include "record/temporary_folder.h"

#include "varangian/error.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

namespace varangian {

TemporaryFolder::TemporaryFolder() {
  std::error_code failure;
  std::filesystem::path above = std::filesystem::temp_directory_path(failure);
  if (failure) above = "/tmp";
  std::string name = (above / "varangian-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    throw Error::format("{}: a temporary folder cannot be made: {}; set TMPDIR to another", above.string(),
                        std::strerror(errno));
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace varangian
