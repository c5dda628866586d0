#pragma once

#include "engine/training.h"
#include "experiments/status_line.h"

#include <chrono>
#include <string>

namespace varangian {

/// Shows how far a single run is. `quiet` shows nothing but warnings and errors.
class RunProgress {
 public:
  explicit RunProgress(bool quiet) : quiet_(quiet) {}

  void update(const Progress& progress);
  void end(const std::string& text);
  void fail(const std::string& reason) { line_.keep("failed: " + reason); }
  void warn(const std::string& text) { line_.keep("warning: " + text); }

 private:
  using Clock = std::chrono::steady_clock;
  StatusLine line_;
  bool quiet_;
  Clock::time_point start_ = Clock::now(), last_shown_ = start_;
};

/// How a run ended, from its manifest: "completed after 300 rounds, 2 s, test accuracy 0.81".
std::string ending_text(const Json& manifest, double seconds);

}  // namespace varangian
