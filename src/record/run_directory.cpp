#include "record/run_directory.h"

#include "record/atomic_file.h"
#include "varangian/error.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

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
    throw Error::format("{}: another process works on this run; wait for it, or stop it first",
                        path_.string());
  }
}

RunDirectory::~RunDirectory() { ::close(lock_); }

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

void RunDirectory::keep_two_checkpoints() const {
  const std::vector<fs::path> all = checkpoints();
  std::error_code ignored;
  for (size_t i = 2; i < all.size(); ++i) fs::remove(all[i], ignored);
}

void RunDirectory::clear() const {
  std::error_code ignored;
  for (const fs::path& checkpoint : checkpoints()) fs::remove(checkpoint, ignored);
  for (const char* name :
       {"metrics.csv", "timing.csv", "diagnostics.csv", "workers.csv", "weights.safetensors"})
    fs::remove(file(name), ignored);
}

bool is_held(const fs::path& run_directory) {
  const int lock = ::open((run_directory / kLock).c_str(), O_RDONLY | O_CLOEXEC);
  if (lock < 0) return false;
  const bool held = ::flock(lock, LOCK_SH | LOCK_NB) != 0;
  ::close(lock);
  return held;
}

}  // namespace varangian
