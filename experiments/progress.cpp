#include "experiments/progress.h"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <cmath>

namespace varangian {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

std::string duration(double seconds) {
  const int64_t s = std::llround(std::min(seconds, 1e12));
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min {:02} s", s / 60, s % 60);
  return fmt::format("{} h {:02} min", s / 3600, s / 60 % 60);
}

ProgressDisplay::ProgressDisplay(size_t runs, int64_t rounds_in_all, bool quiet)
    : runs_(runs), quiet_(quiet), terminal_(isatty(fileno(stderr)) != 0), rounds_left_(rounds_in_all) {}

void ProgressDisplay::begin(size_t index, const std::string& label) {
  index_ = index;
  label_ = label;
  first_round_ = 0;
  run_start_ = last_shown_ = Clock::now();
}

void ProgressDisplay::update(const Progress& progress) {
  const double interval = terminal_ ? 0.1 : 5.0;
  run_rounds_ = progress.round;
  first_round_ = progress.first_round;
  if (quiet_ || seconds_since(last_shown_) < interval) return;
  last_shown_ = Clock::now();
  const double speed =
      static_cast<double>(progress.round - first_round_) / std::max(1e-9, seconds_since(run_start_));
  show(fmt::format("{}round {}/{}, {:.3g} rounds/s, {} left, train loss {:.4g}{}{}", prefix(), progress.round,
                   progress.rounds, speed, time_left(progress.round), progress.train_loss,
                   progress.evaluation.empty() ? "" : ", ", progress.evaluation),
       false);
}

std::string ProgressDisplay::time_left(int64_t round) const {
  const double rounds = static_cast<double>(rounds_timed_ + round - first_round_);
  const double per_round = (seconds_timed_ + seconds_since(run_start_)) / std::max(1.0, rounds);
  return duration(per_round * static_cast<double>(std::max<int64_t>(0, rounds_left_ - round)));
}

void ProgressDisplay::end(const std::string& text, int64_t rounds) {
  account(rounds);
  if (!quiet_) show(prefix() + text, true);
}

std::string ProgressDisplay::prefix() const {
  return runs_ > 1 ? fmt::format("[{}/{}] {}: ", index_ + 1, runs_, label_) : "";
}

void ProgressDisplay::account(int64_t rounds) {
  rounds_left_ -= rounds;
  rounds_timed_ += std::max<int64_t>(0, run_rounds_ - first_round_);
  seconds_timed_ += seconds_since(run_start_);
  run_rounds_ = 0;
}

void ProgressDisplay::fail(const std::string& reason, int64_t rounds) {
  account(rounds);
  show(fmt::format("{}failed: {}", prefix(), reason), true);
}

void ProgressDisplay::warn(const std::string& text) { show("warning: " + text, true); }

void ProgressDisplay::show(const std::string& line, bool last) {
  if (terminal_) {
    tell(stderr, fmt::format("\r{:<{}}{}", line, shown_width_, last ? "\n" : ""));
    shown_width_ = last ? 0 : line.size();
  } else {
    tell(stderr, line + "\n");
  }
}

void tell(std::FILE* stream, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

}  // namespace varangian
