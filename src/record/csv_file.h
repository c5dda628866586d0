#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace varangian {

/// A csv that grows by rows and can be cut back to a length that a checkpoint remembers. Every failure of the
/// disk throws Error that names the file.
class CsvFile {
 public:
  /// length 0: starts the file anew with its header; else keeps its first `length` bytes and goes on after
  /// them.
  CsvFile(std::filesystem::path path, const std::vector<std::string>& header, int64_t length);

  void row(const std::vector<std::string>& cells);

  /// Bytes written so far.
  int64_t length() const { return length_; }

  /// To the operating system, so that readers see whole rows.
  void flush();
  /// To the disk.
  void sync();

 private:
  std::filesystem::path path_;
  std::unique_ptr<FILE, int (*)(FILE*)> file_;
  int64_t length_ = 0;
};

/// The shortest text that reads back as the same number; "" for a value that was not measured.
std::string cell(double value);
std::string cell(int64_t value);

}  // namespace varangian
