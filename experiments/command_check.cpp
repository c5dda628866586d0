#include "experiments/commands.h"

#include "data/dataset.h"
#include "experiments/memory.h"
#include "experiments/plan.h"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <set>

namespace varangian {
namespace {

// Bytes of one message: of all zeros, which take as many as any other in every codec of ours.
int64_t payload(const Compressor& codec, const Task& task) {
  const int64_t columns = task.parameters();
  constexpr int64_t kWorker[] = {0};
  const std::vector<int64_t> layers = task.layers();
  const bool signs = codec.encoding() == Encoding::signs;
  return codec.encode({.dense = at::zeros({1, columns}),
                       .workers = kWorker,
                       .random = Random(0, Purpose::compressor),
                       .layers = layers},
                      signs ? at::zeros({1, (columns + 63) / 64}, at::kLong) : at::zeros({1, columns}));
}

// What a round sends and what a run holds; of each shape of run once.
std::string costs(const RunConfig& run, DataCache& data) {
  const Assembly assembly = assemble(run, at::kCPU, data);
  const Setup& setup = assembly.setup;
  const double d = static_cast<double>(setup.task->parameters()), n = static_cast<double>(run.count);
  const double up = n * static_cast<double>(payload(*setup.compressor, *setup.task));
  const double down = n * (setup.down->identity() ? std::ceil(d * setup.defence->rule().update_bits() / 8)
                                                  : static_cast<double>(payload(*setup.down, *setup.task)));
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
