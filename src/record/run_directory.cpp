#include "record/run_directory.h"

#include "record/atomic_file.h"
#include "record/csv_file.h"
#include "record/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>

namespace varangian {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLock = "lock";
constexpr const char* kCheckpoints = "checkpoints";

// The round in "<round>.safetensors", or -1.
int64_t round_of(const fs::path& path) {
  const std::string stem = path.stem().string();
  int64_t round = -1;
  const auto [end, error] = std::from_chars(stem.data(), stem.data() + stem.size(), round);
  const bool whole = error == std::errc() && end == stem.data() + stem.size();
  return whole && path.extension() == ".safetensors" ? round : -1;
}

void remove_all_ending(const fs::path& folder, std::string_view ending) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored))
    if (entry.path().native().ends_with(ending)) fs::remove(entry.path(), ignored);
}

// Who has the lock, as the lock file says.
std::string owner(const fs::path& lock) {
  std::ifstream file(lock);
  std::string line;
  return std::getline(file, line) && !line.empty() ? line : "its process is unknown";
}

}  // namespace

RunDirectory::RunDirectory(fs::path path) : path_(std::move(path)) {
  std::error_code failure;
  fs::create_directories(path_ / kCheckpoints, failure);
  if (failure) throw Error::format("{}: cannot be made: {}", path_.string(), failure.message());
  lock_ = ::open(file(kLock).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_ < 0) throw Error::format("{}: cannot be opened: {}", file(kLock).string(), std::strerror(errno));
  // Someone who asks is_held() has it for a moment: a few tries tell that from a run.
  bool locked = false;
  for (int i = 0; i < 5 && !(locked = ::flock(lock_, LOCK_EX | LOCK_NB) == 0); ++i) ::usleep(10000);
  if (!locked) {
    ::close(lock_);
    throw Held(fmt::format("{}: another process works on this run ({})", path_.string(), owner(file(kLock))));
  }
  const std::string text = fmt::format("pid {} on {}\n", getpid(), host());
  [[maybe_unused]] const bool told =
      ::ftruncate(lock_, 0) == 0 && ::write(lock_, text.data(), text.size()) > 0;
  remove_all_ending(path_, kUnfinished);
  remove_all_ending(path_ / kCheckpoints, kUnfinished);
}

RunDirectory::~RunDirectory() { ::close(lock_); }

void RunDirectory::require_ours() const {
  struct stat locked = {}, named = {};
  if (::fstat(lock_, &locked) != 0 || ::stat(file(kLock).c_str(), &named) != 0) {
    if (errno != ENOENT && errno != ENOTDIR)
      throw Error::format("{}: cannot be read: {}", path_.string(), std::strerror(errno));
  } else if (locked.st_dev == named.st_dev && locked.st_ino == named.st_ino) {
    return;
  }
  throw Error::format("{}: was removed or replaced while the run was going on", path_.string());
}

Json RunDirectory::manifest() const {
  if (!fs::exists(file("manifest.json"))) return nullptr;
  try {
    const Json manifest = read_json(file("manifest.json"));
    return manifest.is_object() ? manifest : Json(nullptr);
  } catch (const Error&) {
    return nullptr;
  }
}

void RunDirectory::write_json(const std::string& name, const Json& content) const {
  require_ours();
  const std::string text = content.dump(2) + "\n";
  write_atomically(file(name), {text});
}

std::vector<fs::path> RunDirectory::checkpoints() const {
  std::vector<fs::path> found;
  std::error_code failure;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_ / kCheckpoints, failure))
    if (round_of(entry.path()) >= 0) found.push_back(entry.path());
  std::sort(found.begin(), found.end(),
            [](const fs::path& a, const fs::path& b) { return round_of(a) > round_of(b); });
  return found;
}

fs::path RunDirectory::checkpoint(int64_t round) const {
  return path_ / kCheckpoints / fmt::format("{}.safetensors", round);
}

void RunDirectory::keep_two_checkpoints(int64_t latest) const {
  int64_t kept = 0;
  std::error_code ignored;
  for (const fs::path& checkpoint : checkpoints())
    if (round_of(checkpoint) > latest || ++kept > 2) fs::remove(checkpoint, ignored);
}

void RunDirectory::remove_checkpoints() const {
  std::error_code failure;
  for (const fs::path& checkpoint : checkpoints())
    if (!fs::remove(checkpoint, failure) && failure)
      throw Error::format("{}: cannot be removed: {}", checkpoint.string(), failure.message());
  sync_folder(path_ / kCheckpoints);
}

void RunDirectory::remove_set_aside() const { remove_all_ending(path_, kSetAside); }

bool is_held(const fs::path& run_directory) {
  const int lock = ::open((run_directory / kLock).c_str(), O_RDONLY | O_CLOEXEC);
  if (lock < 0) return false;
  const bool held = ::flock(lock, LOCK_SH | LOCK_NB) != 0;
  ::close(lock);
  return held;
}

std::string host() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

}  // namespace varangian
