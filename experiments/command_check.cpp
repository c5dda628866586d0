#include "experiments/commands.h"

#include "data/dataset.h"
#include "experiments/memory.h"
#include "experiments/plan.h"

#include <fmt/ranges.h>

#include <set>

namespace varangian {
namespace {

// What a round sends and what a run holds; of each shape of run once.
std::string costs(const RunConfig& run, DataCache& data) {
  const Assembly assembly = assemble(run, at::kCPU, data);
  const Setup& setup = assembly.setup;
  const double d = static_cast<double>(setup.task->parameters()), n = static_cast<double>(run.count);
  const double up =
      n * static_cast<double>(payload_bytes(setup.compressor->encoding(), setup.task->parameters()));
  const double down = n * std::ceil(d * setup.defence->rule().update_bits() / 8);
  return fmt::format(
      "{} parameters, {} workers ({} lie), cohorts of {}; bytes a round: {} up, {} down; about {} of memory "
      "for data, rows and state",
      setup.task->parameters(), run.count, run.byzantine, setup.cohort, shown_bytes(up), shown_bytes(down),
      shown_bytes(needed_memory(run, assembly, data)));
}

void check(const PlanOptions& options) {
  Plan plan = make_plan(options);
  const Runs& runs = plan.runs;
  if (!runs.runs.empty()) fmt::print("{}\n", runs.runs.front().resolved.dump(2));
  if (runs.runs.size() > 1) fmt::print("(the first of the runs below)\n");
  std::set<std::string> shown;
  for (size_t i = 0; i < runs.runs.size(); ++i) {
    fmt::print("{}  {}: {}\n", plan.identities[i].id, label_of(runs.runs[i].swept), plan.verdicts[i].reason);
  }
  for (const SkippedRun& skipped : runs.skipped)
    fmt::print("skipped       {}: {}\n", label_of(skipped.swept), skipped.reason);
  for (const RunConfig& run : runs.runs)
    if (const std::string line = costs(run, plan.data); shown.insert(line).second) fmt::print("{}\n", line);
  fmt::print(
      "{}: {} {}, {} would start\n", options.config, runs.runs.size(), runs.runs.size() == 1 ? "run" : "runs",
      std::count_if(plan.verdicts.begin(), plan.verdicts.end(), [](const Verdict& v) { return v.starts; }));
}

}  // namespace

void add_check_command(CLI::App& app, int&) {
  CLI::App* command =
      app.add_subcommand("check", "Validate a config and show what it would run, without running it");
  auto options = std::make_shared<PlanOptions>();
  add_plan_options(*command, *options);
  command->footer("Example: varangian check configs/quickstart.json");
  command->callback([options] { check(*options); });
}

}  // namespace varangian
