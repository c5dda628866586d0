#include "experiments/slurm.h"

#include "core/printable.h"
#include "process/command.h"
#include "record/atomic_file.h"
#include "varangian/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

namespace varangian {
namespace {

namespace fs = std::filesystem;

// Slurm may send it a minute early; runs then end their round and write a checkpoint.
constexpr int kSecondsBeforeLimit = 120;

std::string trimmed(const std::string& text) {
  const size_t end = text.find_last_not_of(" \n\t");
  return end == std::string::npos ? "" : text.substr(0, end + 1);
}

// "2 running, 1 pending" of the job's tasks; empty when none is left or Slurm knows it no more.
std::string tasks_left(const std::string& job) {
  const CommandResult asked =
      run_command({"squeue", "--noheader", "--array", "--format=%T", "--jobs=" + job});
  if (asked.status != 0) return "";
  std::map<std::string, int> count;
  std::istringstream lines(asked.said);
  for (std::string state; std::getline(lines, state);) {
    state = trimmed(state);
    std::transform(state.begin(), state.end(), state.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    if (!state.empty()) ++count[state];
  }
  std::string text;
  for (const auto& [state, tasks] : count)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", tasks, state);
  return text;
}

std::string script_of(const RunOptions& options, const fs::path& folder, int tasks) {
  const fs::path log = fs::absolute(folder / "%A_%a.log");
  return fmt::format(
      "#!/bin/bash\n"
      "# Written by `varangian run --slurm`.\n"
      "#SBATCH --job-name={}\n"
      "#SBATCH --array=0-{}\n"
      "#SBATCH --output={}\n"
      "#SBATCH --open-mode=append\n"
      "#SBATCH --requeue\n"
      "#SBATCH --signal=B:USR1@{}\n"
      "cd {}\n"
      "exec {} {}{} --slurm-task\n",
      quoted_for_shell("varangian-" + folder.parent_path().filename().string()), tasks - 1,
      quoted_for_shell(log.string()), kSecondsBeforeLimit, quoted_for_shell(fs::current_path().string()),
      quoted_for_shell(fs::read_symlink("/proc/self/exe").string()), command_of(options),
      options.sweep.retry_failed ? " --retry-failed" : "");
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string this_task() {
  const std::string array = variable("SLURM_ARRAY_JOB_ID");
  return array.empty() ? variable("SLURM_JOB_ID") : array + "_" + variable("SLURM_ARRAY_TASK_ID");
}

}  // namespace

std::string submit_to_slurm(const RunOptions& options, size_t missing, const fs::path& sweep) {
  if (program_of("sbatch").empty())
    throw Error(
        "--slurm: there is no sbatch in PATH: this is no machine that submits to a Slurm cluster; without "
        "--slurm the sweep runs here");
  const fs::path folder = sweep / "slurm", script = folder / "task.sh", number = folder / "job";
  std::string job;
  if (std::ifstream file(number); std::getline(file, job) && !job.empty())
    if (const std::string left = tasks_left(job); !left.empty())
      return fmt::format(
          "job {} is not done: {}; {} missing. `varangian results {}` shows the runs, `scancel {}` stops "
          "it\n",
          job, left, missing == 1 ? "1 run is" : fmt::format("{} runs are", missing), sweep.string(), job);
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure) throw Error::format("{}: cannot be made: {}", folder.string(), failure.message());
  const int tasks = static_cast<int>(std::min(static_cast<size_t>(options.slurm.tasks), missing));
  write_atomically(script, {script_of(options, folder, tasks)});
  // By a shell, so that quotes in the options mean what they do there.
  const CommandResult submitted = run_command(
      {"sh", "-c",
       fmt::format("sbatch --parsable {} {}", options.slurm.options, quoted_for_shell(script.string()))});
  if (submitted.status != 0) throw Error("--slurm: sbatch says: " + printable(trimmed(submitted.said)));
  // "id" or "id;cluster", after what sbatch may have warned of
  std::istringstream lines(trimmed(submitted.said));
  while (std::getline(lines, job)) {
  }
  job = job.substr(0, job.find(';'));
  write_atomically(number, {job + "\n"});
  return fmt::format(
      "submitted job {}: {} {} for {} {}. `varangian results {}` shows how far it is; this command, "
      "given again, collects what is done and submits what is missing\n",
      job, tasks, tasks == 1 ? "task" : "tasks", missing, missing == 1 ? "run" : "runs", sweep.string());
}

void take_slurm_task(RunOptions& options) {
  if (variable("SLURM_JOB_ID").empty())
    throw Error(
        "--slurm-task: this is no Slurm job (SLURM_JOB_ID is not set); `varangian run --slurm` submits one");
  const std::string cpus = variable("SLURM_CPUS_PER_TASK");
  options.sweep.cpus = cpus.empty() ? 1 : std::max(1, std::atoi(cpus.c_str()));
  options.sweep.leave_held = true;
}

std::string requeue_slurm_task() {
  const std::string task = this_task();
  const CommandResult requeued = run_command({"scontrol", "requeue", task});
  return requeued.status == 0 ? "queued again" : "not queued again: " + printable(trimmed(requeued.said));
}

}  // namespace varangian
