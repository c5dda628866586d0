#include "core/sha256.h"

#include "varangian/error.h"

#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

namespace varangian {

struct Sha256::Context {
  EVP_MD_CTX* digest = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(digest); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  if (EVP_DigestInit_ex(context_->digest, EVP_sha256(), nullptr) != 1) throw Error("OpenSSL has no SHA-256");
}

Sha256::~Sha256() = default;

void Sha256::add(const void* bytes, size_t count) { EVP_DigestUpdate(context_->digest, bytes, count); }

std::string Sha256::hex() {
  std::array<unsigned char, 32> digest{};
  EVP_DigestFinal_ex(context_->digest, digest.data(), nullptr);
  std::string text;
  for (const unsigned char byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

std::string sha256(std::string_view text) {
  Sha256 hash;
  hash.add(text.data(), text.size());
  return hash.hex();
}

std::string sha256_of_file(const std::filesystem::path& path) {
  std::error_code unreadable;
  if (std::filesystem::exists(path, unreadable) && !std::filesystem::is_regular_file(path, unreadable))
    throw Error::format("{}: cannot be read: it is not a regular file", path.string());
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (file == nullptr) throw Error::format("{}: cannot be read: {}", path.string(), std::strerror(errno));
  Sha256 hash;
  std::vector<char> buffer(1 << 20);
  while (const size_t count = std::fread(buffer.data(), 1, buffer.size(), file.get()))
    hash.add(buffer.data(), count);
  if (std::ferror(file.get()))
    throw Error::format("{}: cannot be read: {}", path.string(), std::strerror(errno));
  return hash.hex();
}

}  // namespace varangian
