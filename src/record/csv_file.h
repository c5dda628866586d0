#pragma once

#include "record/file.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace varangian {

/// Ending of a csv from before a new start, kept until the new one is whole.
inline constexpr const char* kSetAside = ".old";

/// A csv that grows by rows and can be cut back to a length that a checkpoint remembers. Every failure of the
/// disk throws Error that names the file. Rows that were not flushed are lost with the object.
class CsvFile {
 public:
  /// length 0: starts the file anew with its header, and sets an older one aside as <name>.old (the longer
  /// stays where there is one already); else keeps its first `length` bytes and goes on after them.
  CsvFile(const std::filesystem::path& path, const std::vector<std::string>& header, int64_t length);

  void row(const std::vector<std::string>& cells);

  /// Bytes of all rows so far.
  int64_t length() const { return length_; }

  /// To the operating system, so that readers see whole rows.
  void flush();
  /// To the disk.
  void sync();

 private:
  File file_;
  std::string unflushed_;
  int64_t length_ = 0;
};

/// The shortest text that reads back as the same number; "" for a value that was not measured.
std::string cell(double value);
std::string cell(int64_t value);

}  // namespace varangian
