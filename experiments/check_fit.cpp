#include "experiments/check_fit.h"

#include "experiments/failure.h"
#include "experiments/memory.h"

#include <map>

namespace varangian {
namespace {

// Runs that agree in this fit or do not fit together.
std::string shape_of(const RunConfig& run) {
  Json workers = run.resolved.at("workers");
  for (const char* key : {"clip", "momentum"}) workers.erase(key);
  return Json{run.resolved.at("task"), workers,      run.resolved.at("from"),       run.data_seed,
              run.adversary_seed,      run.beta > 0, run.resolved.at("compressor"), run.optimizer.name}
      .dump();
}

RunSize size_of(const RunConfig& run, const Assembly& assembly, DataCache& data) {
  const double needed = needed_memory(run, assembly, data), available = available_memory();
  if (needed > available)
    throw Error::format(
        "/workers: {} workers with {} parameters need about {} of memory, and this machine has "
        "{}; take fewer workers or a smaller model",
        run.count, assembly.setup.task->parameters(), shown_bytes(needed), shown_bytes(available));
  return {.parameters = assembly.setup.task->parameters(), .bytes = needed};
}

}  // namespace

void check_fit(Plan& plan, const std::string& file) {
  Problems problems(file);
  std::map<std::string, RunSize> known;
  plan.sizes.resize(plan.runs.runs.size());
  for (size_t i = 0; i < plan.runs.runs.size(); ++i) {
    const RunConfig& run = plan.runs.runs[i];
    if (!plan.verdicts[i].starts) continue;
    const auto [entry, fresh] = known.try_emplace(shape_of(run));
    try {
      if (fresh) entry->second = size_of(run, assemble(run, at::kCPU, plan.data), plan.data);
      plan.sizes[i] = entry->second;
    } catch (const Error& error) {
      problems.add(error);
    } catch (const std::exception& error) {  // no memory for the parts themselves, or a plugin's own
      problems.add(Error("/task: " + failure_text(error)));
    }
  }
  problems.throw_if_any();
}

}  // namespace varangian
