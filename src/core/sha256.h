#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace varangian {

/// SHA-256 of bytes that come in pieces (OpenSSL's).
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void add(const void* bytes, size_t count);
  /// 64 hexadecimal digits; call once.
  std::string hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string sha256(std::string_view text);

/// Of a file's content. Throws Error that names the file when it cannot be read.
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace varangian
