#include "experiments/plan.h"

#include "core/printable.h"
#include "engine/device.h"
#include "experiments/check_fit.h"
#include "experiments/config_file.h"
#include "experiments/find_config.h"
#include "experiments/plugins.h"
#include "experiments/why_new.h"

#include <algorithm>

namespace varangian {

void add_plan_options(CLI::App& command, PlanOptions& options) {
  command.add_option("config", options.config, "JSON file")->required();
  command.add_option("--set", options.settings, "Change a setting: /json/pointer=value")
      ->type_name("POINTER=VALUE");
  command.add_option("--plugin", options.plugins, "Load a component from a shared library")
      ->type_name("FILE");
  command.add_option("--out", options.output, "Folder for the results; default results/")->type_name("DIR");
  command.add_option("--from", options.from, "Start from these weights, a safetensors file")
      ->type_name("FILE");
  command.add_option("--device", options.device, "cpu, cuda or auto")
      ->check(CLI::IsMember({"cpu", "cuda", "auto"}));
  command.add_option("--threads", options.threads, "Worker threads; changes no result")
      ->check(CLI::Range(1, 1024));
}

std::vector<std::string> Plan::ids() const {
  std::vector<std::string> ids;
  for (const Identity& identity : identities) ids.push_back(identity.id);
  return ids;
}

Verdict verdict_of(const RunConfig& run, const Identity& identity) {
  const std::filesystem::path manifest = folder_of(run, identity) / "manifest.json";
  std::error_code unreadable;
  try {
    return judge(run, std::filesystem::exists(manifest, unreadable) ? read_json(manifest) : Json());
  } catch (const std::exception&) {
    return {.reason = "its manifest is damaged: goes on from its last checkpoint"};
  }
}

namespace {

// A plugin that a config names: from the folder where the program starts, else beside the config.
std::string found_plugin(const std::filesystem::path& plugin, const std::filesystem::path& config) {
  std::error_code failure;
  const std::filesystem::path beside = config.parent_path() / plugin;
  const bool take = !std::filesystem::exists(plugin, failure) && std::filesystem::exists(beside, failure);
  return take ? beside.string() : plugin.string();
}

}  // namespace

Plan make_plan(const PlanOptions& options) {
  std::vector<std::pair<std::string, Json>> settings;
  for (const std::string& setting : options.settings) settings.push_back(parse_setting(setting));
  if (!options.output.empty()) settings.emplace_back("/output", options.output);
  if (!options.from.empty()) settings.emplace_back("/from", options.from);
  if (!options.device.empty()) settings.emplace_back("/execution/device", options.device);
  if (options.threads > 0) settings.emplace_back("/execution/threads", options.threads);

  // Plugins first: a config may name what they bring.
  const std::string file = find_config(options.config).string();
  Json config = read_config(file);
  for (const auto& [pointer, value] : settings)
    if (pointer.starts_with("/plugins")) set_at(config, pointer, value, file + ": --set");
  Json plugins = config.value("plugins", Json::array());
  if (!plugins.is_array())
    throw Error::format("{}: /plugins: {} is not a list of files", file, shown(plugins));
  for (Json& plugin : plugins)
    if (plugin.is_string()) plugin = found_plugin(plugin.get<std::string>(), file);
  for (const std::string& plugin : options.plugins) plugins.push_back(plugin);
  if (!plugins.empty()) settings.emplace_back("/plugins", plugins);
  for (const Json& plugin : plugins)
    if (plugin.is_string()) load_plugin(plugin.get<std::string>());

  Plan plan{.runs = expand(file, settings)};
  for (const Json& plugin : plugins)
    if (plugin.is_string()) plan.plugins.push_back(plugin);
  if (plan.runs.runs.empty()) return plan;
  for (const RunConfig& run : plan.runs.runs)
    if (run.resolved.at("execution") != plan.runs.runs.front().resolved.at("execution"))
      throw Error::format("{}: /sweep: /execution cannot be swept: all runs of a sweep share one crew", file);
  plan.device =
      located(file + ": /execution/device", [&] { return choose_device(plan.runs.runs.front().device); });
  const int64_t asked = plan.runs.runs.front().threads.value_or(allowed_cpus());
  plan.threads = plan.device.is_cpu() ? static_cast<int>(asked) : 1;  // on a GPU one thread feeds one stream
  Problems problems(file);
  for (const RunConfig& run : plan.runs.runs) {
    try {
      plan.identities.push_back(identify(run, plan.device));
    } catch (const Error& error) {
      problems.add(error);
    }
  }
  problems.throw_if_any();
  WhyNew why_new;
  for (size_t i = 0; i < plan.runs.runs.size(); ++i) {
    const RunConfig& run = plan.runs.runs[i];
    plan.verdicts.push_back(verdict_of(run, plan.identities[i]));
    if (plan.verdicts.back().reason == "new") plan.verdicts.back().reason = why_new(run, plan.identities[i]);
  }
  std::vector<std::string> ids = plan.ids();
  std::sort(ids.begin(), ids.end());
  if (const auto twin = std::adjacent_find(ids.begin(), ids.end()); twin != ids.end())
    throw Error::format(
        "{}: /sweep: two runs have the same identity {}: they differ only in what does not change a "
        "result (as rounds, which prolong a run)",
        file, *twin);
  check_fit(plan, file);
  return plan;
}

Plan part_of(const Plan& plan, const std::vector<size_t>& runs) {
  Plan part{.device = plan.device, .threads = plan.threads, .plugins = plan.plugins};
  part.runs.is_sweep = true;
  for (const size_t i : runs) {
    part.runs.runs.push_back(plan.runs.runs[i]);
    part.identities.push_back(plan.identities[i]);
    part.verdicts.push_back(plan.verdicts[i]);
    if (!plan.sizes.empty()) part.sizes.push_back(plan.sizes[i]);
  }
  return part;
}

std::string label_of(const Json& swept) {
  std::string label;
  for (const auto& [axis, value] : swept.items())
    label += fmt::format("{}{}", label.empty() ? "" : ", ",
                         axis.starts_with("/") || axis == "seed"
                             ? fmt::format("{} {}", axis.substr(axis.rfind('/') + 1),
                                           value.is_string() ? value.get<std::string>() : shown(value))
                         : value.is_string() ? value.get<std::string>()
                                             : shown(value));
  return label.empty() ? "run" : printable_line(label);
}

RunSummary result_of(const RunConfig& run, const Identity& identity) {
  RunSummary summary;
  try {
    summary = read_run(folder_of(run, identity));
    if (summary.status == "completed" && summary.rounds_done < run.rounds) summary.status = "unfinished";
  } catch (const std::exception& error) {
    summary = RunSummary{.status = "missing", .reason = error.what()};
  }
  summary.swept = run.swept;
  return summary;
}

std::string heading_of(const Json& axes) {
  std::string heading;
  for (const auto& [key, value] : axes.items()) {
    const std::string axis = axes.is_array() ? value.get<std::string>() : key;
    heading += (heading.empty() ? "" : ", ") + axis.substr(axis.rfind('/') + 1);
  }
  return heading;
}

}  // namespace varangian
