#pragma once

#include <zlib.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <unistd.h>

namespace varangian {

using Bytes = std::vector<uint8_t>;

/// A folder of its own for one test, removed at the end.
class ScratchFolder {
 public:
  ScratchFolder() {
    static std::atomic<int> made = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("varangian-test-" + std::to_string(getpid()) + "-" + std::to_string(made++));
    std::filesystem::create_directories(path_);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  std::string string() const { return path_.string(); }

  std::filesystem::path write(const std::string& name, const Bytes& bytes) const {
    std::ofstream stream(path_ / name, std::ios::binary);
    stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!stream.flush()) throw std::runtime_error("cannot write " + (path_ / name).string());
    return path_ / name;
  }

  std::filesystem::path write_gzip(const std::string& name, const Bytes& bytes) const {
    gzFile file = gzopen((path_ / name).c_str(), "wb9");
    if (file == nullptr ||
        gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size())) != static_cast<int>(bytes.size()))
      throw std::runtime_error("cannot write " + (path_ / name).string());
    gzclose(file);
    return path_ / name;
  }

  Bytes read(const std::string& name) const {
    std::ifstream stream(path_ / name, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(stream), {});
  }

 private:
  std::filesystem::path path_;
};

}  // namespace varangian
