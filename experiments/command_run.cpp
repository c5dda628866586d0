#include "experiments/commands.h"

#include "engine/device.h"
#include "engine/stopwatch.h"
#include "experiments/config_file.h"
#include "experiments/failure.h"
#include "experiments/plan.h"
#include "experiments/progress.h"
#include "experiments/results_table.h"
#include "experiments/run_one.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

namespace varangian {
namespace {

std::atomic<bool> stop_requested{false};

// A run outlives its terminal and whoever reads its output; a file that grows too large is an error like a
// full disk. A signal that the parent ignores (nohup) stays ignored.
void mind_signals(void (*stop)(int)) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    if (std::signal(signal, stop) == SIG_IGN) std::signal(signal, SIG_IGN);
}

// The first signal asks the run to stop at the end of its round; a second one kills as usual.
void request_stop(int signal) {
  stop_requested = true;
  std::signal(signal, SIG_DFL);
}

std::string ending(const Json& manifest, double seconds) {
  const std::string status = manifest.at("status");
  std::string text = fmt::format("{} after {} rounds, {}", status, manifest.at("rounds_done").get<int64_t>(),
                                 duration(seconds));
  if (status == "diverged") return text + ": " + manifest.at("reason").get<std::string>();
  for (const char* key : {"test_accuracy", "test_loss"})
    if (const Json& last = manifest.at("final"); last.is_object() && last.contains(key))
      return fmt::format("{}, {} {:.4g}", text,
                         key == std::string("test_accuracy") ? "test accuracy" : "test loss",
                         last.at(key).get<double>());
  return text;
}

class Session {
 public:
  Session(const PlanOptions& options, bool quiet) : plan_(make_plan(options)), quiet_(quiet) {}

  int run() {
    const Runs& runs = plan_.runs;
    for (const SkippedRun& skipped : runs.skipped)
      tell(stderr, fmt::format("skipped: {}: {}\n", label_of(skipped.swept), skipped.reason));
    if (runs.runs.empty()) throw Error("nothing to run: every run of the sweep was skipped");
    mind_signals(request_stop);

    int64_t rounds = 0;
    for (size_t i = 0; i < runs.runs.size(); ++i)
      rounds += plan_.verdicts[i].starts ? runs.runs[i].rounds : 0;
    ProgressDisplay display(runs.runs.size(), rounds, quiet_);
    if (!quiet_)
      tell(stderr, fmt::format("{} on {}, {} threads\n",
                               runs.runs.size() == 1 ? "1 run" : fmt::format("{} runs", runs.runs.size()),
                               describe_device(plan_.device), plan_.threads));
    Crew crew(plan_.threads, runs.runs.front().pin);
    for (size_t i = 0; i < runs.runs.size() && !stop_requested; ++i) start(i, crew, display);
    while (!held_.empty() && !stop_requested) {
      const size_t i = held_.front();
      held_.erase(held_.begin());
      if (!await_release(i, display)) break;
      plan_.verdicts[i] = verdict_of(runs.runs[i], plan_.identities[i]);
      start(i, crew, display);
    }
    return report();
  }

 private:
  void start(size_t i, Crew& crew, ProgressDisplay& display) {
    const RunConfig& run = plan_.runs.runs[i];
    const Verdict& verdict = plan_.verdicts[i];
    display.begin(i, label_of(run.swept));
    if (!verdict.starts) {
      display.end(verdict.reason, 0);
      diverged_ += verdict.diverged;
      try {
        relabel(run, plan_.identities[i]);
      } catch (const std::exception& error) {
        display.warn(failure_text(error));
      }
      return;
    }
    Stopwatch watch;
    try {
      const Json manifest = run_one(run, plan_.identities[i], verdict,
                                    {.device = plan_.device,
                                     .crew = crew,
                                     .data = plan_.data,
                                     .stop = stop_requested,
                                     .progress = [&](const Progress& progress) { display.update(progress); },
                                     .warn = [&](const std::string& text) { display.warn(text); }});
      display.end(ending(manifest, watch.lap()), run.rounds);
      diverged_ += manifest.at("status") == "diverged";
      interrupted_ |= manifest.at("status") == "interrupted";
    } catch (const Held& held) {
      display.warn(fmt::format("{}; this one comes back to it at the end", held.what()));
      held_.push_back(i);
    } catch (const std::exception& error) {
      display.fail(failure_text(error), run.rounds);
      ++failed_;
    }
  }

  // False when the user would not wait.
  bool await_release(size_t i, ProgressDisplay& display) const {
    const fs_path folder = folder_of(plan_.runs.runs[i], plan_.identities[i]);
    if (is_held(folder))
      display.warn(
          fmt::format("{}: waiting for the process that works on it; Ctrl-C stops waiting", folder.string()));
    while (is_held(folder)) {
      if (stop_requested) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    return true;
  }

  // A finished run keeps its record but takes the names by which this sweep calls it.
  static void relabel(const RunConfig& run, const Identity& identity) {
    const fs_path folder = folder_of(run, identity);
    Json manifest = read_json(folder / "manifest.json");
    if (run.swept.empty() || manifest.value("swept", Json()) == run.swept) return;
    const RunDirectory directory(folder);
    manifest["swept"] = run.swept;
    directory.write_json("manifest.json", manifest);
  }

  int report() const {
    const RunConfig& first = plan_.runs.runs.front();
    const std::filesystem::path folder = std::filesystem::path(first.output) / first.name;
    if (!quiet_) {
      if (plan_.runs.runs.size() > 1) tell(stdout, final_table(folder, plan_.ids()));
      tell(stdout, fmt::format("results: {}\n", plan_.runs.runs.size() > 1
                                                    ? folder.string()
                                                    : folder_of(first, plan_.identities[0]).string()));
    }
    if (interrupted_ || stop_requested) {
      tell(stderr, "interrupted; the same command goes on from the checkpoint\n");
      return kInterrupted;
    }
    if (failed_ > 0) return kRunFailed;
    return !plan_.runs.is_sweep && diverged_ > 0 ? kDiverged : kDone;
  }

  using fs_path = std::filesystem::path;
  Plan plan_;
  bool quiet_;
  int failed_ = 0, diverged_ = 0;
  bool interrupted_ = false;
  std::vector<size_t> held_;  ///< runs that other processes work on
};

}  // namespace

void add_run_command(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("run", "Run a config: one run, or all runs of its sweep");
  auto options = std::make_shared<PlanOptions>();
  auto quiet = std::make_shared<bool>(false);
  add_plan_options(*command, *options);
  command->add_flag("--quiet", *quiet, "Print nothing but warnings and errors");
  command->footer(
      "Runs that are done are not repeated; one that was stopped goes on from its checkpoint.\n"
      "Exit code: 0 done, 1 a run failed, 2 bad usage or config, 3 a single run diverged, 130 interrupted.\n"
      "Example: varangian run configs/quickstart.json --set /rounds=100 --threads 2");
  command->callback([options, quiet, &exit_code] { exit_code = Session(*options, *quiet).run(); });
}

}  // namespace varangian
