#include "experiments/commands.h"

#include "core/printable.h"
#include "experiments/memory.h"
#include "experiments/plan.h"
#include "experiments/results_table.h"
#include "record/atomic_file.h"
#include "record/csv_file.h"
#include "record/run_directory.h"

#include <algorithm>
#include <set>

namespace varangian {
namespace {

namespace fs = std::filesystem;

struct CleanOptions {
  std::string folder;
  std::vector<std::string> states;  // runs that go as a whole
  bool yes = false;
};

// What can be made again, of one run.
struct Leftovers {
  std::vector<fs::path> paths;
  std::set<std::string> kinds;
  double bytes = 0;

  void add(const fs::path& path, const std::string& kind) {
    std::error_code failure;
    // Nothing that a link points to: it is elsewhere, and another's.
    if (const fs::file_status status = fs::symlink_status(path, failure);
        !fs::is_regular_file(status) && !fs::is_directory(status))
      return;
    paths.push_back(path);
    kinds.insert(kind);
    if (!fs::is_directory(path, failure)) {
      bytes += static_cast<double>(fs::file_size(path, failure));
      return;
    }
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path, failure))
      if (entry.is_regular_file(failure) && !entry.is_symlink(failure))
        bytes += static_cast<double>(entry.file_size(failure));
  }
};

// A run that is done goes on from its checkpoint only when more rounds are asked for.
bool needs_no_checkpoint(const RunSummary& run) {
  std::error_code failure;
  return run.status == "diverged" ||
         (run.status == "completed" && fs::exists(run.folder / "weights.safetensors", failure));
}

Leftovers leftovers_of(const RunSummary& run, const std::vector<std::string>& states) {
  Leftovers found;
  if (std::find(states.begin(), states.end(), run.status) != states.end()) {
    found.add(run.folder, "the whole run");
    return found;
  }
  std::error_code failure;
  const fs::path checkpoints = run.folder / "checkpoints";
  for (const fs::path& folder : {run.folder, checkpoints}) {
    if (fs::is_symlink(folder, failure)) continue;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, failure)) {
      const std::string name = entry.path().filename();
      if (name.ends_with(kUnfinished))
        found.add(entry, "half-written files");
      else if (name.ends_with(std::string(".csv") + kSetAside))
        found.add(entry, "csv set aside");
      else if (folder == checkpoints && entry.path().extension() == ".safetensors" &&
               needs_no_checkpoint(run))
        found.add(entry, "checkpoints");
    }
  }
  return found;
}

// Holds the run meanwhile, so that nobody starts it. What it was when it was listed may have changed.
double remove(const RunSummary& listed, const std::vector<std::string>& states) {
  const Leftovers before = leftovers_of(listed, states);
  const RunDirectory directory(listed.folder);  // removes half-written files itself
  RunSummary run = listed;
  run.status = directory.manifest().value("status", "");
  if (run.status == "running") run.status = "killed";
  if (run.status != listed.status)
    throw Error::format("{}: is {} now: left alone", run.folder.string(), run.status);
  for (const fs::path& path : before.paths) {
    std::error_code failure;
    fs::remove_all(path, failure);
    if (failure) throw Error::format("{}: cannot be removed: {}", path.string(), failure.message());
  }
  return before.bytes;
}

int clean(const CleanOptions& options) {
  double bytes = 0;
  size_t runs = 0, held = 0, refused = 0;
  for (const RunSummary& run : find_runs(options.folder)) {
    if (is_held(run.folder)) {
      ++held;
      continue;
    }
    const Leftovers found = leftovers_of(run, options.states);
    if (found.paths.empty()) continue;
    try {
      bytes += options.yes ? remove(run, options.states) : found.bytes;
    } catch (const std::exception& error) {
      fmt::print(stderr, "warning: {}\n", printable(error.what()));
      ++refused;
      continue;
    }
    ++runs;
    fmt::print("{}  {}, {}: {} of {}\n", printable(run.folder.string()), printable(label_of(run.swept)),
               run.status, shown_bytes(found.bytes), fmt::join(found.kinds, ", "));
  }
  fmt::print("{} of {} {} {}\n", shown_bytes(bytes), runs, runs == 1 ? "run" : "runs",
             options.yes ? "removed" : "can be made again; --yes removes them");
  if (held > 0) fmt::print("{} that a process works on: left alone\n", held);
  return refused == 0 ? kDone : kRunFailed;
}

}  // namespace

void add_clean_command(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("clean", "Remove what can be made again of the runs below a folder");
  auto options = std::make_shared<CleanOptions>();
  command->add_option("folder", options->folder, "A folder with runs below it, as results/quickstart")
      ->required();
  command->add_option("--runs", options->states, "Also all files of the runs that ended so")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"failed", "killed", "interrupted", "diverged"}));
  command->add_flag("--yes", options->yes, "Remove; without it, only list");
  command->footer(
      "Checkpoints of runs that are done (more rounds then start anew), csv files that a new start set "
      "aside\n"
      "and half-written files. Never what a process works on, a config, a manifest, a csv or weights, but\n"
      "with --runs.\nExample: varangian clean results/quickstart --runs failed,killed --yes");
  command->callback([options, &exit_code] { exit_code = clean(*options); });
}

}  // namespace varangian
