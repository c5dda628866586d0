#include "experiments/import/byzfl_results.h"

#include "core/sha256.h"
#include "experiments/config.h"
#include "experiments/import/byzfl_config.h"
#include "experiments/import/byzfl_files.h"
#include "experiments/import/byzfl_swept.h"
#include "record/csv_file.h"
#include "record/run_directory.h"
#include "varangian/version.h"

#include <cmath>
#include <map>

namespace varangian {
namespace {

namespace fs = std::filesystem;

// 1 and 1.0 are one learning rate, though ByzFL gives them two folders.
Json with_plain_numbers(const Json& value) {
  if (value.is_number()) return value.get<double>();
  Json plain = value;
  if (value.is_structured())
    for (auto& [key, element] : plain.items()) element = with_plain_numbers(element);
  return plain;
}

// What makes a run of ByzFL this run: its settings, less where it ran and what it stored.
std::string id_of(const ByzflRun& run) {
  Json settings = run.settings;
  settings["benchmark_config"].erase("device");
  settings.erase("evaluation_and_results");
  settings["evaluation_delta"] = run.every;
  // Sorted keys: their order says nothing.
  return sha256("byzfl" + nlohmann::json::parse(with_plain_numbers(settings).dump()).dump()).substr(0, 12);
}

std::string measured(double value) { return std::isnan(value) ? "nan" : cell(value); }

void write_metrics(const ByzflRun& run, const fs::path& path) {
  std::vector<std::string> header = {"round", "train_loss"};
  const std::pair<const char*, const std::vector<double>*> accuracies[] = {
      {"validation_accuracy", &run.validation_accuracy}, {"test_accuracy", &run.test_accuracy}};
  for (const auto& [column, values] : accuracies)
    if (!values->empty()) header.push_back(column);
  CsvFile csv(path, header, 0);
  const auto train_loss = [&](int64_t step) {  // of step s, before it: of our round s
    return step > 0 && !run.train_loss.empty() ? measured(run.train_loss[static_cast<size_t>(step - 1)]) : "";
  };
  size_t next = 0;
  const size_t count = std::max(run.validation_accuracy.size(), run.test_accuracy.size());
  const int64_t last = run.train_loss.empty() ? run.step(count - 1) : run.steps;
  for (int64_t step = 0; step <= last; ++step) {
    const bool evaluated = next < count && run.step(next) == step;
    if (!evaluated && run.train_loss.empty()) continue;
    std::vector<std::string> row = {cell(step), train_loss(step)};
    for (const auto& [column, values] : accuracies)
      if (!values->empty())
        row.push_back(evaluated && next < values->size() ? measured((*values)[next]) : "");
    csv.row(row);
    if (evaluated) ++next;
  }
  csv.sync();
}

Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json manifest_of(const ByzflRun& run, const Imported& imported, const std::string& id,
                 const std::string& name, const Json& swept) {
  const Json workers = imported.config.value("workers", Json::object());
  const Json honest = workers.value("honest", Json()), liars = workers.value("byzantine", Json());
  const bool counted = honest.is_number_integer() && liars.is_number_integer();
  const size_t count = std::max(run.validation_accuracy.size(), run.test_accuracy.size());
  const int64_t done = run.finished() ? run.steps : count > 0 ? run.step(count - 1) : 0;
  Json final = {{"round", done}};
  if (!run.train_loss.empty()) final["train_loss"] = finite(run.train_loss.back());
  if (!run.validation_accuracy.empty()) final["validation_accuracy"] = finite(run.validation_accuracy.back());
  if (!run.test_accuracy.empty()) final["test_accuracy"] = finite(run.test_accuracy.back());
  return {{"varangian", kVersion},
          {"run_id", id},
          {"name", name},
          {"status", run.finished() ? "completed" : "interrupted"},
          {"reason", run.finished() ? Json() : Json("ByzFL did not finish it")},
          {"imported",
           {{"from", fs::absolute(run.folder).string()},
            {"format", "byzfl"},
            {"training_seed", run.training_seed},
            {"data_distribution_seed", run.data_seed},
            {"sha256", run.hash},
            {"settings", run.settings},
            {"not_translated", imported.problems}}},
          {"swept", swept},
          {"rounds", run.steps},
          {"rounds_done", done},
          {"device", run.settings.at("benchmark_config").value("device", Json())},
          {"task", {{"chance_accuracy", 0.1}}},  // ByzFL's models have 10 outputs
          {"workers",
           {{"count", counted ? Json(honest.get<int64_t>() + liars.get<int64_t>()) : Json()},
            {"honest", honest},
            {"byzantine", liars}}},
          {"diagnostics", Json::array()},
          {"final", final},
          {"sessions",
           {{{"start", run.day}, {"stop", nullptr}, {"host", nullptr}, {"seconds", finite(run.seconds)}}}}};
}

// As ours would be resolved; as translated where something in it is not ours.
Json config_of(const Imported& imported) {
  Problems problems("");
  const RunConfig run = resolve_run(imported.config, problems);
  return problems.empty() ? run.resolved : imported.config;
}

// False when it is there already.
bool write_run(const ByzflRun& run, const Imported& imported, const Json& manifest, const fs::path& folder) {
  const RunDirectory directory(folder);
  const Json before = directory.manifest();
  if (before.is_object()) {
    const Json origin = before.value("imported", Json::object());
    if (origin.value("sha256", "") == run.hash) return false;
    throw Error::format(
        "{}: {} was imported to {} before, and has changed or is another; left out: remove that "
        "run, or name another --out",
        run.files(), origin.value("from", "another run"), folder.string());
  }
  write_metrics(run, directory.file("metrics.csv"));
  directory.remove_set_aside();
  directory.write_json("config.json", config_of(imported));
  directory.write_json("manifest.json", manifest);  // the last: with it the run is there
  return true;
}

}  // namespace

ImportCounts import_byzfl_results(const fs::path& folder, const fs::path& output, const std::string& name,
                                  const std::function<void(const std::string&)>& warn) {
  std::vector<ByzflRun> runs;
  std::map<std::string, std::string> taken;  // id -> whose
  std::vector<std::string> ids;
  for (ByzflRun& run : read_byzfl_results(folder, warn)) {
    const std::string id = id_of(run);
    if (const auto [first, fresh] = taken.emplace(id, run.files()); !fresh) {
      warn(fmt::format("{}: has the settings and seeds of {}; left out", run.files(), first->second));
      continue;
    }
    ids.push_back(id);
    runs.push_back(std::move(run));
  }
  if (runs.empty()) throw Error::format("{}: no run of ByzFL that can be read", folder.string());
  std::vector<Imported> imported;
  std::vector<Json> configs;
  for (const ByzflRun& run : runs) {
    Json settings = run.settings;
    settings["evaluation_and_results"].erase("results_directory");
    imported.push_back(import_byzfl(settings, (run.folder / "config.json").string(), name));
    imported.back().config["output"] = output.string();
    configs.push_back(imported.back().config);
    for (const std::string& problem : imported.back().problems)
      warn(problem + "; its curves are imported all the same");
  }
  const std::vector<Json> swept = swept_of(configs);
  ImportCounts counts;
  for (size_t i = 0; i < runs.size(); ++i) try {
      const Json manifest = manifest_of(runs[i], imported[i], ids[i], name, swept[i]);
      ++(write_run(runs[i], imported[i], manifest, output / name / ids[i]) ? counts.written : counts.known);
    } catch (const Error& error) {
      warn(error.what());
    }
  return counts;
}

}  // namespace varangian
