#include "experiments/run_options.h"

#include <fmt/format.h>

namespace varangian {

std::string quoted_for_shell(const std::string& word) {
  constexpr const char* kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._=:,+-@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

std::string command_of(const RunOptions& options) {
  std::string command = "run " + quoted_for_shell(options.plan.config);
  const auto add = [&](const char* flag, const std::string& value) {
    if (!value.empty()) command += fmt::format(" {} {}", flag, quoted_for_shell(value));
  };
  for (const std::string& setting : options.plan.settings) add("--set", setting);
  for (const std::string& plugin : options.plan.plugins) add("--plugin", plugin);
  add("--out", options.plan.output);
  add("--from", options.plan.from);
  add("--device", options.plan.device);
  add("--threads", options.plan.threads > 0 ? std::to_string(options.plan.threads) : "");
  add("--jobs", options.sweep.jobs > 0 ? std::to_string(options.sweep.jobs) : "");
  return command;
}

}  // namespace varangian
