#include "experiments/identity.h"

#include "core/sha256.h"
#include "data/dataset.h"
#include "experiments/components.h"
#include "learn/schedule.h"
#include "varangian/version.h"

#include <nlohmann/json.hpp>

#include <map>

namespace varangian {
namespace {

// Files are hashed once for a sweep; one that changes meanwhile shows by its time and size.
std::string content_hash(const std::filesystem::path& path) {
  static std::map<std::string, std::string> known;
  std::error_code failure;
  const auto time = std::filesystem::last_write_time(path, failure).time_since_epoch().count();
  const uintmax_t size = failure ? 0 : std::filesystem::file_size(path, failure);
  std::string& hash = known[fmt::format("{} {} {}", path.string(), time, size)];
  if (hash.empty()) hash = sha256_of_file(path);
  return hash;
}

// A component's revision goes to `code`, its files are replaced by their content.
void settle(Json& value, Kind kind, const std::string& pointer, Json& code) {
  const Descriptor& descriptor = Registry::instance().describe(kind, value.at("name"));
  code[fmt::format("{} {}", to_string(kind), descriptor.name)] = descriptor.revision;
  for (const Parameter& parameter : descriptor.parameters)
    if (!parameter.changes_curve && !std::holds_alternative<Selection>(parameter.initial))
      value.erase(parameter.name);
    else if (parameter.is_file && value[parameter.name].is_array()) {
      for (Json& text : value[parameter.name])
        if (std::filesystem::is_regular_file(text.get<std::string>()))
          text =
              located(child(pointer, parameter.name), [&] { return content_hash(text.get<std::string>()); });
    } else if (parameter.is_file && !value[parameter.name].get<std::string>().empty())
      value[parameter.name] = located(child(pointer, parameter.name),
                                      [&] { return content_hash(value[parameter.name].get<std::string>()); });
}

}  // namespace

bool can_be_prolonged(const RunConfig& run) {
  return !make<Schedule>(Kind::schedule, run.schedule.name, run.schedule.values)->depends_on_rounds();
}

Identity identify(const RunConfig& run, at::Device device) {
  Json config = run.resolved, files = Json::object(), code = {{"engine", kEngineRevision}};
  for (const char* key : {"name", "output", "diagnostics", "checkpoint", "execution", "plugins"})
    config.erase(key);
  if (can_be_prolonged(run)) config.erase("rounds");
  config["device"] = device.is_cpu() ? "cpu" : "cuda";

  const auto dataset = make<Dataset>(Kind::dataset, run.dataset.name, run.dataset.values);
  located("/task/dataset", [&] {
    for (const std::filesystem::path& file : dataset->files())
      files[file.filename().string()] = content_hash(file);
  });
  if (!config["from"].is_null())
    config["from"] = located("/from", [&] { return content_hash(config["from"].get<std::string>()); });
  for (const Json& plugin : run.resolved.at("plugins")) {
    const std::filesystem::path file = plugin.get<std::string>();
    files[fmt::format("{} {}", files.size(), file.filename().string())] =
        located("/plugins", [&] { return content_hash(file); });
  }
  each_component(run, config, [&](Json& component, Kind kind, const std::string& pointer) {
    settle(component, kind, pointer, code);
  });
  config["task"]["dataset"].erase("path");  // its files are in `files`

  Identity identity{.content = {{"config", config}, {"files", files}, {"code", code}}};
  identity.id = content_id(identity.content);
  return identity;
}

// By sorted keys, so that the grammar's order of fields is no part of it.
std::string content_id(const Json& content) {
  return sha256(nlohmann::json::parse(content.dump()).dump()).substr(0, 12);
}

}  // namespace varangian
