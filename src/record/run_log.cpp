#include "record/run_log.h"

#include "varangian/error.h"

#include <fcntl.h>
#include <fmt/chrono.h>

#include <algorithm>
#include <ctime>

namespace varangian {

RunLog::RunLog(std::filesystem::path path, std::function<void(const std::string&)> tell)
    : path_(std::move(path)), tell_(std::move(tell)) {
  try {
    file_.emplace(path_, O_CREAT | O_APPEND);
  } catch (const Error& error) {
    tell_(fmt::format("{}; the run goes on without its log", error.what()));
  }
}

void RunLog::event(const std::string& text) {
  if (!file_) return;
  std::string line = text;
  std::replace(line.begin(), line.end(), '\n', ' ');
  try {
    file_->write(fmt::format("{} {}\n", utc_now(), line));  // one call, so that a kill leaves no half line
  } catch (const Error& error) {
    file_.reset();
    tell_(fmt::format("{}; the run goes on without its log", error.what()));
  }
}

void RunLog::warn(const std::string& text) {
  event("warning: " + text);
  tell_(text);
}

std::string utc_now() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))); }

}  // namespace varangian
