#include "data/gzip_file.h"

#include "damage.h"
#include "peak_memory.h"
#include "support/scratch_folder.h"
#include "varangian/error.h"

#include "support/catch.h"  // after torch, whose CHECK is another macro

using varangian::Bytes;
using varangian::Error;
using varangian::GzipFile;
using varangian::read_gzip_file;
using varangian::ScratchFolder;

namespace {

Bytes pattern(size_t size) {
  Bytes bytes(size);
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>(i * i * 2654435761u >> 13);
  return bytes;
}

std::string message_of(const std::filesystem::path& path, int64_t limit) {
  try {
    read_gzip_file(path, limit);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("A plain file and a gzipped one give the same bytes, whatever their names") {
  const ScratchFolder folder;
  for (const size_t size : {size_t{0}, size_t{1}, size_t{1000}, (size_t{3} << 20) + 7}) {
    const Bytes bytes = pattern(size);
    CHECK(read_gzip_file(folder.write("plain.gz", bytes), 4 << 20) == bytes);
    CHECK(read_gzip_file(folder.write_gzip("packed", bytes), 4 << 20) == bytes);
  }
}

TEST_CASE("A gzipped file is read in parts, and the last part is what is left") {
  const ScratchFolder folder;
  const Bytes bytes = pattern(10);
  GzipFile file(folder.write_gzip("a.gz", bytes));
  CHECK(file.read(4) == Bytes(bytes.begin(), bytes.begin() + 4));
  CHECK(file.read(100) == Bytes(bytes.begin() + 4, bytes.end()));
  CHECK(file.read(1).empty());
}

TEST_CASE("A file may be as large as the limit and no larger") {
  const ScratchFolder folder;
  for (const auto& path : {folder.write("a", pattern(100)), folder.write_gzip("b", pattern(100))}) {
    CHECK(read_gzip_file(path, 100).size() == 100);
    const std::string message = message_of(path, 99);
    CHECK(message.rfind(path.string(), 0) == 0);
    CHECK(message.find("more than 99 bytes") != std::string::npos);
  }
}

TEST_CASE("A gzip bomb stops at the limit, without the memory for its content") {
  const ScratchFolder folder;
  folder.write_gzip("part.gz", Bytes(size_t{16} << 20, 0));
  const Bytes part = folder.read("part.gz");
  // Gzip files laid end to end are one file; this one unpacks to 2 GiB.
  Bytes bomb;
  for (int i = 0; i < 128; ++i) bomb.insert(bomb.end(), part.begin(), part.end());
  REQUIRE(bomb.size() < (size_t{4} << 20));
  const auto path = folder.write("bomb.gz", bomb);
  const int64_t before = varangian::peak_memory();
  CHECK(message_of(path, 1000).find("more than 1000 bytes") != std::string::npos);
  CHECK(varangian::peak_memory() - before < int64_t{256} << 20);
}

TEST_CASE("A gzipped file that was cut short is an error at every length") {
  const ScratchFolder folder;
  folder.write_gzip("a.gz", pattern(300));
  varangian::for_each_truncation(folder.read("a.gz"), [&](const Bytes& bytes) {
    const auto path = folder.write("cut.gz", bytes);
    // Up to one byte there is nothing that says gzip.
    if (bytes.size() < 2)
      CHECK(read_gzip_file(path, 1000) == bytes);
    else
      CHECK_THROWS_AS(read_gzip_file(path, 1000), Error);
  });
}

TEST_CASE("A gzipped file with a damaged byte is an error or gives the same bytes, never others") {
  const ScratchFolder folder;
  const Bytes content = pattern(300);
  folder.write_gzip("a.gz", content);
  const Bytes packed = folder.read("a.gz");
  int errors = 0, tries = 0;
  varangian::for_each_flip(packed, packed.size(), [&](const Bytes& bytes) {
    const auto path = folder.write("damaged.gz", bytes);
    ++tries;
    try {
      const Bytes read = read_gzip_file(path, 1000);
      // With another magic number it is a plain file.
      CHECK((read == content || (read == bytes && (bytes[0] != 0x1f || bytes[1] != 0x8b))));
    } catch (const Error& error) {
      ++errors;
      CHECK(std::string(error.what()).rfind(path.string(), 0) == 0);
    }
  });
  CHECK(errors > tries * 9 / 10);
}

TEST_CASE("What is no file is an error that names it") {
  const ScratchFolder folder;
  CHECK(message_of(folder / "missing", 10) == (folder / "missing").string() + ": no such file");
  CHECK(message_of(folder.string(), 10) == folder.string() + ": not a regular file");
}
