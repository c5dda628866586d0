#include "experiments/rerun.h"

#include "engine/device.h"
#include "experiments/check_fit.h"
#include "experiments/config_file.h"
#include "experiments/failure.h"
#include "experiments/plugins.h"
#include "experiments/sweep_session.h"

#include <algorithm>

namespace varangian {
namespace {

namespace fs = std::filesystem;

// Components that start a program or load a model that a stranger wrote.
bool brings_code(const Json& config) {
  if (config.is_object() && config.contains("name"))
    for (const char* name : {"process", "omniscient_process", "torchscript"})
      if (config["name"] == name) return true;
  return config.is_structured() && std::any_of(config.begin(), config.end(), brings_code);
}

// Paths into the pack, from here.
void find_files(Json& value, const fs::path& root) {
  if (value.is_string() && value.get<std::string>().starts_with("files/"))
    if (const fs::path file = root / value.get<std::string>(); fs::exists(file)) value = file.string();
  if (value.is_structured())
    for (Json& part : value) find_files(part, root);
}

RunConfig config_here(const PackedRun& packed, const Pack& pack, const RerunOptions& options,
                      const fs::path& output) {
  Json config = packed.config;
  if (!config.is_object()) throw Error("config.json is no object");
  if (brings_code(config) && !options.trust)
    throw Error("it starts programs or loads models of the pack's author: look at files/, then --trust");
  if (!config.value("plugins", Json::array()).empty() && options.plugins.empty())
    throw Error::format("it needs the library {}: build its source (files/) and name it with --plugin",
                        shown(config["plugins"][0]));
  find_files(config, pack.root);
  config["output"] = output.string();
  config["plugins"] = options.plugins;
  config["execution"] = {{"device", packed.manifest.at("device") == "cuda" ? "cuda" : "cpu"}};
  config["checkpoint"] = {{"seconds", 1e9}};
  for (const std::string& setting : options.settings) {
    const auto [pointer, value] = parse_setting(setting);
    set_at(config, pointer, value, "--set");
  }
  Problems problems("config.json");
  RunConfig run = resolve_run(config, problems);
  problems.throw_if_any();
  if (packed.manifest.value("swept", Json()).is_object()) run.swept = packed.manifest["swept"];
  return run;
}

// Those runs of one kind of device that fit here, as a plan; the others get their failure.
Plan plan_of(const Pack& pack, std::vector<Rerun*> reruns, const RerunOptions& options,
             const std::string& device, const fs::path& folder, std::vector<Rerun*>& planned) {
  Plan plan{.device = choose_device(device), .plugins = options.plugins};
  for (Rerun* rerun : reruns) {
    const PackedRun& packed = pack.runs[rerun->run];
    try {
      RunConfig run = config_here(packed, pack, options, folder / std::to_string(rerun->run));
      Identity identity = identify(run, plan.device);
      rerun->content = identity.content;
      rerun->folder = folder_of(run, identity);
      plan.runs.runs.push_back(std::move(run));
      plan.identities.push_back(std::move(identity));
      plan.verdicts.push_back({.reason = "verified"});
      planned.push_back(rerun);
    } catch (const std::exception& error) {
      rerun->failure = failure_text(error);
    }
  }
  // One at a time, so that what does not fit is told of its run alone.
  for (Verdict& verdict : plan.verdicts) verdict.starts = false;
  std::vector<size_t> fitting;
  for (size_t i = 0; i < planned.size(); ++i) {
    plan.verdicts[i].starts = true;
    try {
      check_fit(plan, "config.json");
      fitting.push_back(i);
    } catch (const std::exception& error) {
      planned[i]->failure = failure_text(error);
    }
    plan.verdicts[i].starts = false;
  }
  for (const size_t i : fitting) plan.verdicts[i].starts = true;
  Plan fits = part_of(plan, fitting);
  std::vector<Rerun*> kept;
  for (const size_t i : fitting) kept.push_back(planned[i]);
  planned = std::move(kept);
  return fits;
}

}  // namespace

std::vector<Rerun> run_again(const Pack& pack, const std::vector<size_t>& chosen, const RerunOptions& options,
                             const fs::path& folder, const std::atomic<bool>& stop) {
  for (const std::string& plugin : options.plugins) load_plugin(plugin);
  std::vector<Rerun> reruns;
  for (const size_t run : chosen) reruns.push_back({.run = run});
  for (const char* device : {"cpu", "cuda"}) {
    std::vector<Rerun*> here, planned;
    for (Rerun& rerun : reruns)
      if ((pack.runs[rerun.run].manifest.value("device", Json("cpu")) == "cuda") ==
          (device == std::string("cuda")))
        here.push_back(&rerun);
    if (here.empty()) continue;
    try {
      Plan plan = plan_of(pack, here, options, device, folder, planned);
      if (planned.empty()) continue;
      SweepSession session(plan, {.jobs = options.jobs}, stop);
      const SweepResult result = session.run();
      for (const auto& [run, reason] : result.failures) planned[run]->failure = reason;
    } catch (const std::exception& error) {  // no such device here
      for (Rerun* rerun : here)
        if (rerun->failure.empty()) rerun->failure = failure_text(error);
    }
  }
  return reruns;
}

}  // namespace varangian
