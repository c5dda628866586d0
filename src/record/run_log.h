#pragma once

#include "record/file.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace varangian {

/// run.log: a line for each event of a run, with its time in UTC, start after start. For people: no program
/// reads it, and it is no part of a run's reproducible record. A log that cannot be written stops no run;
/// that it ends is told once.
class RunLog {
 public:
  /// `tell` shows a warning to the user.
  RunLog(std::filesystem::path path, std::function<void(const std::string&)> tell);

  void event(const std::string& text);
  /// Logs it and tells the user.
  void warn(const std::string& text);

 private:
  std::filesystem::path path_;
  std::function<void(const std::string&)> tell_;
  std::optional<File> file_;  ///< empty once it failed
};

/// "2026-01-31T12:00:00Z"
std::string utc_now();

}  // namespace varangian
