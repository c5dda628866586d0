#pragma once

#include "experiments/run_one.h"
#include "experiments/run_summary.h"
#include "experiments/sweep.h"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

namespace varangian {

/// What `run` and `check` are told on the command line.
struct PlanOptions {
  std::string config;
  std::vector<std::string> settings;
  std::vector<std::string> plugins;
  std::string output, device, from;
  int threads = 0;  ///< 0: as the config says
};

void add_plan_options(CLI::App& command, PlanOptions& options);

/// What grows with a run's workers, model and samples.
struct RunSize {
  int64_t parameters = 0;
  double bytes = 0;  ///< of memory, in one process
};

/// What a config asks for on this machine: its runs, what each would do, and where.
struct Plan {
  Runs runs;
  std::vector<Identity> identities;
  std::vector<Verdict> verdicts;
  at::Device device = at::kCPU;
  int threads = 1;
  DataCache data;              ///< of the runs that would start
  std::vector<RunSize> sizes;  ///< of the runs that would start; elsewhere empty
  std::vector<std::string> plugins;

  std::vector<std::string> ids() const;
};

/// Loads the plugins, expands the config, looks at what is done already and reads the data of the rest.
/// Throws Error.
Plan make_plan(const PlanOptions& options);

/// The same for some of its runs.
Plan part_of(const Plan& plan, const std::vector<size_t>& runs);

/// What a start of this run would do now, from what its folder holds.
Verdict verdict_of(const RunConfig& run, const Identity& identity);

/// What is on the disk of a run, by the names that the plan has for it. Its status is "missing" where there
/// is nothing readable, and "unfinished" where fewer rounds are done than it asks for.
RunSummary result_of(const RunConfig& run, const Identity& identity);

/// "rule = median, adversary = none", or "run" outside a sweep.
std::string label_of(const Json& swept);

/// The axes of such labels, the keys of an object or a list of names: "byzantine, rule".
std::string heading_of(const Json& axes);

}  // namespace varangian
