#include "experiments/sweep_progress.h"

#include <fmt/format.h>

#include <algorithm>

namespace varangian {
namespace {

double since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::filesystem::path made(const std::filesystem::path& folder) {
  std::error_code failure;  // told by who writes there
  std::filesystem::create_directories(folder, failure);
  return folder;
}

double share(int64_t part, int64_t whole) {
  return static_cast<double>(std::max<int64_t>(0, part)) / static_cast<double>(std::max<int64_t>(1, whole));
}

}  // namespace

double SweepProgress::Running::done() const { return work * share(round - first, rounds); }
double SweepProgress::Running::left() const { return work * share(rounds - round, rounds); }
double SweepProgress::Running::speed() const {
  return static_cast<double>(round - first) / std::max(1e-9, since(start));
}

SweepProgress::SweepProgress(size_t runs, double work, bool quiet, const std::filesystem::path& folder)
    : log_(made(folder) / "sweep.log", [this](const std::string& text) { line_.keep("warning: " + text); }),
      runs_(runs),
      work_left_(work),
      quiet_(quiet) {}

void SweepProgress::begin(size_t run, const std::string& label, int64_t rounds, double work) {
  running_[run] = {.label = label, .rounds = rounds, .work = work};
  work_left_ -= work;
}

void SweepProgress::update(size_t run, int64_t first_round, int64_t round) {
  running_[run].first = first_round;
  running_[run].round = round;
}

SweepProgress::Running SweepProgress::retire(size_t run) {
  Running ended = running_[run];
  running_.erase(run);
  work_done_ += ended.work;
  ++ended_;
  return ended;
}

void SweepProgress::end(size_t run, const std::string& text) {
  const std::string label = retire(run).label;
  log_.event(label + ": " + text);
  if (!quiet_) line_.keep(head() + label + ": " + text);
}

void SweepProgress::fail(size_t run, const std::string& reason) {
  const std::string text = retire(run).label + ": failed: " + reason;
  log_.event(text);
  line_.keep(head() + text);
}

void SweepProgress::put_back(size_t run) {
  work_left_ += running_[run].work;
  running_.erase(run);
}

void SweepProgress::pass(const std::string& label, const std::string& text) {
  ++ended_;
  if (!quiet_) line_.keep(head() + label + ": " + text);
}

void SweepProgress::warn(const std::string& text) {
  log_.event("warning: " + text);
  line_.keep("warning: " + text);
}

// From the work done a second until now; nobody knows before some is done.
std::string SweepProgress::seconds_left() const {
  double done = work_done_, left = work_left_, longest = 0;
  for (const auto& [run, running] : running_) {
    done += running.done();
    left += running.left();
    if (running.speed() > 0)
      longest = std::max(longest, static_cast<double>(running.rounds - running.round) / running.speed());
  }
  if (done <= 0) return "time left unknown";
  return duration(std::max(longest, left * since(start_) / done)) + " left";
}

void SweepProgress::refresh(size_t held) {
  if (quiet_ || since(last_shown_) < line_.interval()) return;
  last_shown_ = Clock::now();
  if (running_.empty()) {
    if (held > 0)
      line_.change(
          fmt::format("{}waiting for {} that other processes work on; Ctrl-C stops waiting", head(), held));
    return;
  }
  std::string text = fmt::format("{}{} running, {} waiting, {}", head(), running_.size(),
                                 runs_ - ended_ - running_.size(), seconds_left());
  for (const auto& [run, running] : running_)
    text += fmt::format("; {}: {}/{}, {:.3g} rounds/s", running.label, running.round, running.rounds,
                        running.speed());
  line_.change(text);
}

}  // namespace varangian
