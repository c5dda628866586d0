#include "experiments/commands.h"

#include "core/printable.h"
#include "experiments/import/byzfl_config.h"
#include "experiments/import/byzfl_results.h"
#include "experiments/sweep.h"
#include "record/atomic_file.h"

#include <fmt/format.h>

#include <set>

namespace varangian {
namespace {

namespace fs = std::filesystem;

// A name that may be a folder's; what ByzFL calls all its files says nothing.
std::string name_for(const fs::path& file) {
  std::string name = file.stem().string();
  if (name == "config" || name == "settings") name = "byzfl";
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && c != '-' && c != '.') c = '_';
  return name.empty() || name.front() == '.' ? "byzfl" : name;
}

void tell_all(const std::vector<std::string>& notes) {
  for (const std::string& note : notes) fmt::print(stderr, "note: {}\n", printable(note));
}

// What our own grammar says of the result; each reason for leaving a run out is told once.
void tell_runs(const Json& config, const std::string& where) {
  const Runs runs = expand(config, where, {});
  std::set<std::string> reasons;
  for (const SkippedRun& skipped : runs.skipped) reasons.insert(skipped.reason);
  for (const std::string& reason : reasons) fmt::print(stderr, "note: runs are skipped: {}\n", reason);
  fmt::print(stderr, "{}: {} {}{}\n", where, runs.runs.size(), runs.runs.size() == 1 ? "run" : "runs",
             runs.skipped.empty() ? "" : fmt::format(", {} skipped", runs.skipped.size()));
}

void import_config(const std::string& file, const std::string& output) {
  std::error_code failure;
  if (!output.empty() && fs::exists(output, failure))
    throw Error::format("{}: exists already; name another file with --output", output);
  const Imported imported = import_byzfl(read_json(file), file, name_for(file));
  tell_all(imported.notes);
  std::string wrong;
  for (const std::string& problem : imported.problems) wrong += (wrong.empty() ? "" : "\n") + problem;
  if (!wrong.empty()) throw Error(wrong);
  const std::string text = imported.config.dump(2) + "\n";
  tell_runs(imported.config, output.empty() ? file + " as a config of ours" : output);
  if (output.empty()) {
    fmt::print("{}", text);
    return;
  }
  write_atomically(output, {text});
  fmt::print(stderr, "next: varangian check {}\n", output);
}

void add_byzfl(CLI::App& import) {
  CLI::App* command = import.add_subcommand("byzfl", "A config of ByzFL's benchmark, as one of ours");
  auto file = std::make_shared<std::string>(), output = std::make_shared<std::string>();
  command->add_option("config", *file, "ByzFL's config.json, or settings.json")->required();
  command->add_option("--output", *output, "File to write; without it the config is printed");
  command->footer(
      "Every key is translated or named in a note: docs/byzfl.md.\n"
      "Example: varangian import byzfl config.json --output ours.json && varangian run ours.json");
  command->callback([file, output] { import_config(*file, *output); });
}

int import_results(const std::string& folder, const std::string& output, const std::string& name) {
  if (name.empty() || name.front() == '.' || name.find('/') != std::string::npos)
    throw Error::format("--name \"{}\": the name of one folder", name);
  std::set<std::string> warnings;  // the same mistake in many runs is told once
  const ImportCounts counts = import_byzfl_results(folder, output, name, [&](const std::string& warning) {
    if (warnings.insert(warning).second) fmt::print(stderr, "warning: {}\n", printable(warning));
  });
  const fs::path where = fs::path(output) / name;
  fmt::print(stderr, "{} {} imported to {}{}\n", counts.written, counts.written == 1 ? "run" : "runs",
             where.string(), counts.known > 0 ? fmt::format(", {} were there already", counts.known) : "");
  fmt::print(stderr, "next: varangian results {0}, python -m analysis curves {0}\n", where.string());
  return counts.written + counts.known > 0 ? kDone : kRunFailed;
}

void add_byzfl_results(CLI::App& import, int& exit_code) {
  CLI::App* command = import.add_subcommand("byzfl-results", "Results of ByzFL's benchmark, as runs of ours");
  auto folder = std::make_shared<std::string>(), name = std::make_shared<std::string>("byzfl");
  auto output = std::make_shared<std::string>("results");
  command->add_option("folder", *folder, "ByzFL's results_directory, or one setting's folder in it")
      ->required();
  command->add_option("--out", *output, "Folder above the runs")->capture_default_str();
  command->add_option("--name", *name, "Of the folder in it, and of the experiment in figures")
      ->capture_default_str();
  command->footer(
      "Nothing that is there is changed; what is damaged or there already is named.\n"
      "Example: varangian import byzfl-results ../byzfl/results --out results --name old\n"
      "         python -m analysis curves results/old");
  command->callback(
      [folder, output, name, &exit_code] { exit_code = import_results(*folder, *output, *name); });
}

}  // namespace

void add_import_command(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("import", "Take over configs and results of another program");
  command->require_subcommand(1);
  command->footer("Example: varangian import byzfl config.json --output ours.json");
  add_byzfl(*command);
  add_byzfl_results(*command, exit_code);
}

}  // namespace varangian
