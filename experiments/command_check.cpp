#include "experiments/commands.h"

#include "data/dataset.h"
#include "experiments/disk.h"
#include "experiments/memory.h"
#include "experiments/plan.h"
#include "experiments/search_adversary_report.h"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <map>
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

struct Costs {
  std::string line;
  double disk = 0;
};

// What a round sends, what a run holds and what it leaves.
Costs costs_of(const RunConfig& run, DataCache& data) {
  const Assembly assembly = assemble(run, at::kCPU, data);
  const Setup& setup = assembly.setup;
  const double d = static_cast<double>(setup.task->parameters()), n = static_cast<double>(run.count);
  const double up = n * static_cast<double>(payload(*setup.compressor, *setup.task));
  const double down = n * (setup.down->identity() ? std::ceil(d * setup.defence->rule().update_bits() / 8)
                                                  : static_cast<double>(payload(*setup.down, *setup.task)));
  Costs costs{.disk = needed_disk(run, assembly)};
  costs.line = fmt::format(
      "{} parameters, {} workers ({} lie), cohorts of {}; bytes a round: {} up, {} down; about {} of memory "
      "for data, rows and state, {} on disk",
      setup.task->parameters(), run.count, run.byzantine, setup.cohort, shown_bytes(up), shown_bytes(down),
      shown_bytes(needed_memory(run, assembly, data)), shown_bytes(costs.disk));
  return costs;
}

// What costs depend on: runs that differ in the rest need not be put together once more.
std::string shape_of_costs(const RunConfig& run) {
  Json shape = run.resolved;
  for (const char* key : {"seed", "schedule"}) shape.erase(key);
  for (const char* key : {"lr", "weight_decay"}) shape["optimizer"].erase(key);
  shape["workers"]["momentum"] = run.beta > 0;
  return shape.dump();
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
  double disk = 0;
  std::map<std::string, Costs> known;
  for (size_t i = 0; i < runs.runs.size(); ++i) {
    const auto [entry, fresh] = known.try_emplace(shape_of_costs(runs.runs[i]));
    if (fresh) entry->second = costs_of(runs.runs[i], plan.data);
    const Costs& costs = entry->second;
    if (shown.insert(costs.line).second) fmt::print("{}\n", costs.line);
    if (plan.verdicts[i].starts) disk += costs.disk;
  }
  if (runs.search) fmt::print("{}", describe_search(plan));
  fmt::print(
      "{}: {} {}, {} would start, with about {} on disk\n", options.config, runs.runs.size(),
      runs.runs.size() == 1 ? "run" : "runs",
      std::count_if(plan.verdicts.begin(), plan.verdicts.end(), [](const Verdict& v) { return v.starts; }),
      shown_bytes(disk));
  if (runs.runs.empty()) return;
  const std::string& folder = runs.runs.front().output;
  if (const double room = free_disk(folder); disk > room)
    fmt::print(
        stderr,
        "warning: /output: {} has room for {} more, and the runs need about {}; take another folder, fewer "
        "runs, or make room with `varangian clean`\n",
        folder, shown_bytes(room), shown_bytes(disk));
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
