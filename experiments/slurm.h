#pragma once

#include "experiments/run_options.h"

#include <filesystem>
#include <string>

namespace varangian {

/// Submits the missing runs of a sweep as one job array, whose tasks each do `run ... --slurm-task`: they
/// take runs of the sweep until there are none, or until Slurm tells them by SIGUSR1 that their time is
/// nearly up. Script, number and output of the job are in `folder`/slurm. Says what it did, or how far the
/// job is that it submitted before. Throws Error with what sbatch says.
std::string submit_to_slurm(const RunOptions& options, size_t missing, const std::filesystem::path& folder);

/// What this task may use of its machine, into `options`. Throws Error outside a Slurm job.
void take_slurm_task(RunOptions& options);

/// Puts this task into the queue again, as its time is nearly up. (Slurm itself does so with a task that it
/// pre-empts, and one that was cancelled shall stay so.) What was said, for the task's log.
std::string requeue_slurm_task();

}  // namespace varangian
