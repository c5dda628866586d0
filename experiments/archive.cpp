#include "experiments/archive.h"

#include "core/printable.h"
#include "process/command.h"
#include "record/atomic_file.h"
#include "varangian/error.h"

#include <set>
#include <sstream>

namespace varangian {
namespace {

namespace fs = std::filesystem;

constexpr uintmax_t kMostBytesUnpacked = 4'000'000'000;
constexpr size_t kMostFilesUnpacked = 200'000;
constexpr size_t kMostListing = 64 << 20;  // bytes of tar's listing

void require_tar(const char* command) {
  if (program_of("tar").empty() || program_of("gzip").empty())
    throw Error::format("{} needs the programs tar and gzip in PATH (Debian: apt-get install tar gzip)",
                        command);
}

std::string first_line(const std::string& text) { return printable(text.substr(0, text.find('\n'))); }

struct ArchiveEntry {
  std::string name;
  uintmax_t bytes = 0;
};

// A line of `tar --list --verbose`: "-rw-r--r-- 0/0  123 2026-01-31 12:00 name".
ArchiveEntry entry_of(const std::string& line, const std::string& archive) {
  std::istringstream words(line);
  std::string mode, owner, day, time;
  ArchiveEntry entry;
  words >> mode >> owner;
  if (mode.empty() || (mode[0] != '-' && mode[0] != 'd'))
    throw Error::format("{}: holds what is neither file nor folder (a link, say): {}", archive,
                        printable(line));
  if (!mode.starts_with(mode[0] == 'd' ? "drwx" : "-r"))  // nor could be removed again
    throw Error::format("{}: holds what its owner may not read: {}", archive, printable(line));
  const bool fields = static_cast<bool>(words >> entry.bytes >> day >> time);
  if (!fields || time.size() != 5 || time[2] != ':' || words.get() != ' ' || !std::getline(words, entry.name))
    throw Error::format("{}: tar says what cannot be read: {}", archive, printable(line));
  const fs::path name = entry.name;
  bool climbs = name.is_absolute() || name.empty();
  for (const fs::path& part : name) climbs |= part == "..";
  if (climbs) throw Error::format("{}: a name leads out of it: {}", archive, printable(entry.name));
  if (entry.name.find('\\') != std::string::npos)  // how tar escapes what is not printable
    throw Error::format("{}: a name has odd characters: {}", archive, printable(entry.name));
  return entry;
}

void check_entries(const std::string& listing, const std::string& archive) {
  std::istringstream lines(listing);
  std::set<fs::path> names;
  uintmax_t bytes = 0;
  for (std::string line; std::getline(lines, line);) {
    const ArchiveEntry entry = entry_of(line, archive);
    if (!names.insert(fs::path(entry.name).lexically_normal()).second)
      throw Error::format("{}: a name stands twice: {}", archive, printable(entry.name));
    if (entry.bytes > kMostBytesUnpacked || (bytes += entry.bytes) > kMostBytesUnpacked ||
        names.size() > kMostFilesUnpacked)
      throw Error::format("{}: unpacks to more than {} GB or {} files", archive,
                          kMostBytesUnpacked / 1'000'000'000, kMostFilesUnpacked);
  }
}

}  // namespace

void make_archive(const fs::path& folder, const fs::path& archive) {
  require_tar("pack");
  const fs::path fresh = archive.string() + kUnfinished;
  const CommandResult done =
      run_command({"tar", "--create", "--force-local", "--file=" + fs::absolute(fresh).string(),
                   "--directory=" + folder.parent_path().string(), "--format=gnu", "--sort=name",
                   "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=u=rwX,go=rX",
                   "--use-compress-program=gzip -9n", "--", folder.filename().string()});
  std::error_code failure;
  if (done.status == 0) fs::rename(fresh, archive, failure);
  if (done.status == 0 && !failure) return;
  std::error_code ignored;
  fs::remove(fresh, ignored);
  throw Error::format("{}: cannot be written: {}", archive.string(),
                      failure ? failure.message() : first_line(done.said));
}

fs::path unpack_archive(const fs::path& archive, const fs::path& folder, const std::atomic<bool>& stop) {
  require_tar("verify");
  std::error_code failure;
  if (!fs::is_regular_file(archive, failure)) throw Error::format("{}: is no file", archive.string());
  const std::string file = "--file=" + fs::absolute(archive).string();
  const CommandResult listed =
      run_command({"tar", "--list", "--verbose", "--gzip", "--force-local", "--absolute-names",
                   "--numeric-owner", "--quoting-style=escape", "--warning=none", file},
                  kMostListing, &stop);
  if (listed.status != 0 && listed.said.size() >= kMostListing)
    throw Error::format("{}: unpacks to more than {} files", archive.string(), kMostFilesUnpacked);
  if (listed.status != 0)
    throw Error::format("{}: is no pack, or was cut short: {}", archive.string(), first_line(listed.said));
  check_entries(listed.said, archive.string());
  const CommandResult done =
      run_command({"tar", "--extract", "--gzip", "--force-local", "--no-same-owner", "--no-same-permissions",
                   "--keep-old-files", "--warning=none", "--directory=" + folder.string(), file},
                  SIZE_MAX, &stop);
  if (done.status != 0)
    throw Error::format("{}: cannot be unpacked: {}", archive.string(), first_line(done.said));
  fs::path root;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (!root.empty() || !entry.is_directory())
      throw Error::format("{}: is no pack: one folder should be in it", archive.string());
    root = entry.path();
  }
  if (root.empty()) throw Error::format("{}: is no pack: it is empty", archive.string());
  return root;
}

}  // namespace varangian
