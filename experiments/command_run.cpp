#include "experiments/commands.h"

#include "engine/device.h"
#include "engine/stopwatch.h"
#include "experiments/config_file.h"
#include "experiments/failure.h"
#include "experiments/plan.h"
#include "experiments/results_table.h"
#include "experiments/run_one.h"
#include "experiments/run_progress.h"
#include "experiments/search_adversary_report.h"
#include "experiments/search_breakdown.h"
#include "experiments/selection_report.h"
#include "experiments/slurm.h"
#include "experiments/stop_request.h"
#include "experiments/sweep_session.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

namespace varangian {
namespace {

// False when the user would not wait.
bool await_release(const std::filesystem::path& folder, RunProgress& display, const std::atomic<bool>& stop) {
  if (is_held(folder))
    display.warn(
        fmt::format("{}: waiting for the process that works on it; Ctrl-C stops waiting", folder.string()));
  while (is_held(folder)) {
    if (stop) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return true;
}

int run_alone(Plan& plan, bool quiet, const std::atomic<bool>& stop) {
  const RunConfig& run = plan.runs.runs.front();
  const std::filesystem::path folder = folder_of(run, plan.identities.front());
  Crew crew(plan.threads, run.pin);
  RunProgress display(quiet);
  Json manifest;
  for (bool held = true; held && !stop;) {
    held = false;
    const Verdict verdict = verdict_of(run, plan.identities.front());
    if (!verdict.starts) {
      display.end(verdict.reason);
      manifest = {{"status", verdict.diverged ? "diverged" : "completed"}};
      break;
    }
    Stopwatch watch;
    try {
      manifest = run_one(run, plan.identities.front(), verdict,
                         {.device = plan.device,
                          .crew = crew,
                          .data = plan.data,
                          .stop = stop,
                          .progress = [&](const Progress& progress) { display.update(progress); },
                          .warn = [&](const std::string& text) { display.warn(text); }});
      display.end(ending_text(manifest, watch.lap()));
    } catch (const Held& error) {
      display.warn(error.what());
      held = await_release(folder, display, stop);
    } catch (const std::exception& error) {
      display.fail(failure_text(error));
      return kRunFailed;
    }
  }
  if (!quiet) tell(stdout, fmt::format("results: {}\n", folder.string()));
  if (manifest.is_null() || manifest.at("status") == "interrupted") {
    tell(stderr, "interrupted; the same command goes on from the checkpoint\n");
    return kInterrupted;
  }
  return manifest.at("status") == "diverged" ? kDiverged : kDone;
}

// What failed, how to repeat it, and the exit code.
int conclude(const SweepResult& result, const Plan& plan, const RunOptions& options) {
  if (!result.failures.empty()) {
    std::string text = fmt::format("{} failed:\n", result.failures.size());
    for (const auto& [run, reason] : result.failures)
      text +=
          fmt::format("  {}  {}: {}\n", plan.identities[run].id, label_of(plan.runs.runs[run].swept), reason);
    tell(stderr, text + "again: varangian " + command_of(options) + " --retry-failed\n");
  }
  if (result.interrupted) {
    tell(stderr, "interrupted; the same command goes on from the checkpoints\n");
    return kInterrupted;
  }
  return result.failures.empty() ? kDone : kRunFailed;
}

int run_search(Plan& plan, const RunOptions& options, const std::atomic<bool>& stop) {
  const RunConfig& first = plan.runs.runs.front();
  const std::filesystem::path folder = std::filesystem::path(first.output) / first.name;
  if (!options.sweep.quiet) tell(stderr, describe_search(plan));
  AdversarySearchSession session(plan, options.sweep, stop);
  const SweepResult result = session.run();
  const std::string report = result.interrupted ? "" : report_search(plan, session, folder);
  if (!options.sweep.quiet) tell(stdout, fmt::format("{}results: {}\n", report, folder.string()));
  return conclude(result, plan, options);
}

int run_sweep(Plan& plan, const RunOptions& options, const std::atomic<bool>& stop) {
  const RunConfig& first = plan.runs.runs.front();
  const std::filesystem::path folder = std::filesystem::path(first.output) / first.name;
  SweepSession session(plan, options.sweep, stop);
  const Packing& packing = session.packing();
  if (!options.sweep.quiet)
    tell(stderr, fmt::format("{} runs on {}: {} at a time, {} {} each\n", plan.runs.runs.size(),
                             describe_device(plan.device), packing.jobs, packing.threads,
                             packing.threads == 1 ? "thread" : "threads"));
  const SweepResult result = session.run();
  const std::string selections = result.interrupted ? "" : report_selections(plan, folder);
  if (!options.sweep.quiet)
    tell(stdout,
         fmt::format("{}{}results: {}\n", final_table(folder, plan.ids()), selections, folder.string()));
  return conclude(result, plan, options);
}

int train_all(Plan& plan, const RunOptions& options, const std::atomic<bool>& stop) {
  if (plan.runs.search) return run_search(plan, options, stop);
  if (plan.runs.breakdown) return search_breakdown(plan, *plan.runs.breakdown, options, stop);
  if (plan.runs.is_sweep) return run_sweep(plan, options, stop);
  if (!options.sweep.quiet)
    tell(stderr, fmt::format("1 run on {}, {} threads\n", describe_device(plan.device), plan.threads));
  return run_alone(plan, options.sweep.quiet, stop);
}

// How many runs a start would begin.
size_t missing_runs(const Plan& plan, bool retry_failed) {
  return static_cast<size_t>(std::count_if(
      plan.verdicts.begin(), plan.verdicts.end(),
      [&](const Verdict& verdict) { return verdict.starts && (retry_failed || !verdict.failed); }));
}

int run_config(RunOptions& options) {
  if (options.slurm.task) take_slurm_task(options);
  const std::atomic<bool>& stop = stop_on_signals();
  Plan plan = make_plan(options.plan);
  const Runs& runs = plan.runs;
  for (const SkippedRun& skipped : runs.skipped)
    tell(stderr, fmt::format("skipped: {}: {}\n", label_of(skipped.swept), skipped.reason));
  if (runs.runs.empty()) throw Error("nothing to run: every run of the sweep was skipped");
  const size_t missing = missing_runs(plan, options.sweep.retry_failed);
  if (options.slurm.submit && (runs.search || runs.breakdown))
    throw Error(
        "--slurm: a search decides by results what it runs next; start it as one "
        "job: sbatch --wrap \"varangian run ...\"");
  if (options.slurm.submit && missing > 0) {
    const std::filesystem::path folder = folder_of(runs.runs.front(), plan.identities.front()).parent_path();
    tell(stdout, submit_to_slurm(options, missing, folder));
    return kDone;
  }
  const int code = train_all(plan, options, stop);
  if (options.slurm.task && code == kInterrupted && stop_signal() == SIGUSR1)
    tell(stderr, requeue_slurm_task() + "\n");
  return code;
}

}  // namespace

void add_run_command(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("run", "Run a config: one run, or all runs of its sweep");
  auto options = std::make_shared<RunOptions>();
  add_plan_options(*command, options->plan);
  command->add_option("--jobs", options->sweep.jobs, "Runs of a sweep side by side; default: as many as fit")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--retry-failed", options->sweep.retry_failed,
                    "Start runs of a sweep again that failed before");
  command->add_flag("--slurm", options->slurm.submit,
                    "Submit the missing runs to a Slurm cluster as one job array");
  command->add_option("--tasks", options->slurm.tasks, "Tasks of the array; each does run after run")
      ->check(CLI::Range(1, 100000));
  command->add_option("--slurm-options", options->slurm.options,
                      "For sbatch, as \"--partition=gpu --time=60\"");
  command->add_flag("--slurm-task", options->slurm.task)->group("");
  command->add_flag("--quiet", options->sweep.quiet, "Print nothing but warnings and errors");
  command->footer(
      "Runs that are done are not repeated; one that was stopped goes on from its checkpoint.\n"
      "Exit code: 0 done, 1 a run failed, 2 bad usage or config, 3 a single run diverged, 130 interrupted.\n"
      "Example: varangian run configs/quickstart.json --set /rounds=100 --jobs 2\n"
      "On a cluster: varangian run sweep.json --slurm --tasks 50 --slurm-options \"--time=60 "
      "--cpus-per-task=4\"");
  command->callback([options, &exit_code] { exit_code = run_config(*options); });
}

}  // namespace varangian
