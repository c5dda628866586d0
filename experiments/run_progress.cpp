#include "experiments/run_progress.h"

#include <fmt/format.h>

#include <algorithm>

namespace varangian {

void RunProgress::update(const Progress& progress) {
  const auto now = Clock::now();
  if (quiet_ || std::chrono::duration<double>(now - last_shown_).count() < line_.interval()) return;
  last_shown_ = now;
  const double speed = static_cast<double>(progress.round - progress.first_round) /
                       std::max(1e-9, std::chrono::duration<double>(now - start_).count());
  line_.change(fmt::format(
      "round {}/{}, {:.3g} rounds/s, {} left, train loss {:.4g}{}{}", progress.round, progress.rounds, speed,
      duration(static_cast<double>(progress.rounds - progress.round) / std::max(1e-9, speed)),
      progress.train_loss, progress.evaluation.empty() ? "" : ", ", progress.evaluation));
}

void RunProgress::end(const std::string& text) {
  if (!quiet_) line_.keep(text);
}

std::string ending_text(const Json& manifest, double seconds) {
  const std::string status = manifest.at("status");
  std::string text = fmt::format("{} after {} rounds, {}", status, manifest.at("rounds_done").get<int64_t>(),
                                 duration(seconds));
  if (status == "diverged") return text + ": " + manifest.at("reason").get<std::string>();
  for (const char* key : {"test_accuracy", "test_loss"})
    if (const Json& last = manifest.at("final");
        last.is_object() && last.contains(key) && last.at(key).is_number())
      return fmt::format("{}, {} {:.4g}", text,
                         key == std::string("test_accuracy") ? "test accuracy" : "test loss",
                         last.at(key).get<double>());
  return text;
}

}  // namespace varangian
