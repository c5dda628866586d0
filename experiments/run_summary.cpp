#include "experiments/run_summary.h"

#include "record/run_directory.h"

#include <algorithm>
#include <limits>

namespace varangian {
namespace {

namespace fs = std::filesystem;

std::string started(const fs::path& folder) {
  const Json sessions = read_json(folder / "manifest.json").value("sessions", Json::array());
  return sessions.empty() ? "" : sessions[0].value("start", "");
}

}  // namespace

Json RunSummary::value(const std::string& column) const {
  if (status == "diverged") return column.ends_with("_accuracy") ? chance_accuracy : Json();
  return final.is_object() && final.contains(column) ? final.at(column) : Json();
}

bool higher_is_better(const std::string& column) {
  return column.ends_with("accuracy") || column.find("accuracy_class_") != std::string::npos ||
         column.ends_with("r2");
}

double worst_value(const std::string& column) {
  const double infinite = std::numeric_limits<double>::infinity();
  return higher_is_better(column) ? -infinite : infinite;
}

RunSummary read_run(const fs::path& folder) {
  const Json manifest = read_json(folder / "manifest.json");
  RunSummary run{.folder = folder};
  run.id = manifest.at("run_id");
  run.name = manifest.at("name");
  run.status = manifest.at("status");
  if (run.status == "running" && !is_held(folder)) run.status = "killed";
  run.reason = manifest.at("reason").is_string() ? manifest.at("reason").get<std::string>() : "";
  run.swept = manifest.at("swept");
  if (!run.swept.is_object()) throw Error::format("\"swept\" is {}, not an object", shown(run.swept));
  run.final = manifest.at("final");
  if (const Json::json_pointer config("/identity/config"); manifest.contains(config))
    run.config = manifest.at(config);
  run.rounds_done = manifest.at("rounds_done");
  run.rounds = manifest.value("rounds", run.rounds_done);
  run.chance_accuracy = manifest.value("task", Json::object()).value("chance_accuracy", Json());
  return run;
}

std::vector<RunSummary> find_runs(const fs::path& folder) {
  if (!fs::is_directory(folder)) throw Error::format("{}: there is no such folder", folder.string());
  std::vector<std::pair<std::string, RunSummary>> found;
  std::error_code failure;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, failure);
  for (; !failure && at != fs::recursive_directory_iterator(); at.increment(failure)) {
    const fs::directory_entry& entry = *at;
    if (entry.path().filename() != "manifest.json") continue;
    try {
      found.emplace_back(started(entry.path().parent_path()), read_run(entry.path().parent_path()));
    } catch (const std::exception& error) {
      fmt::print(stderr, "warning: {}: passed over: {}\n", entry.path().string(), error.what());
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first, a.second.folder) < std::tie(b.first, b.second.folder);
  });
  std::vector<RunSummary> runs;
  for (auto& [start, run] : found) runs.push_back(std::move(run));
  return runs;
}

std::vector<std::string> keys_of(const std::vector<RunSummary>& runs, Json RunSummary::*member) {
  std::vector<std::string> keys;
  for (const RunSummary& run : runs)
    if ((run.*member).is_object())
      for (const auto& [key, value] : (run.*member).items())
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  return keys;
}

}  // namespace varangian
