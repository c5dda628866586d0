#pragma once

#include <atomic>
#include <filesystem>

namespace varangian {

/// Writes a folder to a gzipped tar file, under the folder's name: the same bytes for the same files,
/// whoever packs them and when. Throws Error.
void make_archive(const std::filesystem::path& folder, const std::filesystem::path& archive);

/// Unpacks one below `folder`, which is empty, and returns the one folder that is in it. Nothing that the
/// archive says is believed: an absolute or climbing name, a link or device, a name that stands twice, more
/// than 4 GB or 200,000 files, what its owner may not read, throw Error before anything is written. So does
/// `stop` at any time.
std::filesystem::path unpack_archive(const std::filesystem::path& archive,
                                     const std::filesystem::path& folder, const std::atomic<bool>& stop);

}  // namespace varangian
