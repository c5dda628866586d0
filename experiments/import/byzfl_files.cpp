#include "experiments/import/byzfl_files.h"

#include "core/sha256.h"
#include "experiments/import/byzfl_older.h"
#include "record/file.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <regex>
#include <set>

namespace varangian {
namespace {

namespace fs = std::filesystem;

const char* const kWhose =
    "another config wrote here too (ByzFL's folder names leave out steps, batches, and the parameters of "
    "rule "
    "and attack)";

// numpy.savetxt of one row: numbers between commas, "nan" and "inf" among them.
std::vector<double> read_row(const fs::path& path) {
  constexpr uintmax_t kLargest = 64u << 20;
  std::error_code failure;
  if (fs::file_size(path, failure) > kLargest && !failure)
    throw Error::format("{}: larger than 64 MiB", path.string());
  const std::string text = contents_of(path);
  std::vector<double> values;
  const char *at = text.data(), *end = at + text.size();
  while (at < end) {
    double value = 0;
    const auto [stop, error] = std::from_chars(at, end, value);
    if (error != std::errc() || (stop < end && *stop != ',' && *stop != '\n' && *stop != '\r'))
      throw Error::format("{}: value {} is not a number", path.string(), values.size() + 1);
    values.push_back(value);
    at = stop;
    while (at < end && (*at == ',' || *at == '\n' || *at == '\r')) ++at;
  }
  if (values.empty()) throw Error::format("{}: is empty", path.string());
  if (text.back() != '\n') throw Error::format("{}: its line is cut", path.string());
  return values;
}

// "30_06_25", as ByzFL's day.txt has it.
std::string read_day(const fs::path& path) {
  std::ifstream file(path);
  std::string text;
  std::getline(file, text);
  static const std::regex kDay("(\\d\\d)_(\\d\\d)_(\\d\\d)");
  std::smatch part;
  return std::regex_match(text, part, kDay)
             ? fmt::format("20{}-{}-{}", part[3].str(), part[2].str(), part[1].str())
             : "";
}

int64_t whole_setting(const Json& settings, const char* part, const char* key, int64_t otherwise) {
  const Json value = settings.value(part, Json::object()).value(key, Json(otherwise));
  if (!value.is_number_integer() || value < 1)
    throw Error::format("/{}/{}: {} is not a whole number from 1", part, key, shown(value));
  return value;
}

// Whether so many values are what the config means; a run that was stopped has fewer accuracies.
void check_length(const ByzflRun& run, const char* what, size_t values, size_t expected) {
  if (values == 0 || values == expected || (!run.finished() && values < expected)) return;
  throw Error::format(
      "{}: {} values of {}, and its config.json (nb_steps {}, evaluation_delta {}) means {}: {}", run.files(),
      values, what, run.steps, run.every, expected, kWhose);
}

ByzflRun read_run(const fs::path& folder, const Json& settings, int64_t training_seed, int64_t data_seed) {
  ByzflRun run{
      .folder = folder, .training_seed = training_seed, .data_seed = data_seed, .settings = settings};
  Json& benchmark = run.settings["benchmark_config"];
  benchmark["training_seed"] = training_seed;
  benchmark["nb_training_seeds"] = 1;
  benchmark["data_distribution_seed"] = data_seed;
  benchmark["nb_data_distribution_seeds"] = 1;
  const auto where = (folder / "config.json").string() + ": ";
  try {
    run.steps = whole_setting(run.settings, "benchmark_config", "nb_steps", 1000);
    run.every = whole_setting(run.settings, "evaluation_and_results", "evaluation_delta", 50);
  } catch (const Error& error) {
    throw Error(where + error.what());
  }
  Sha256 hash;
  const auto read = [&](const char* what) -> std::vector<double> {
    const fs::path path =
        folder / fmt::format("{}_{}.txt", what, run.files().substr(folder.string().size() + 1));
    if (std::error_code failure; !fs::exists(path, failure)) return {};
    const std::string part = sha256_of_file(path);
    hash.add(part.data(), part.size());
    return read_row(path);
  };
  if (const std::vector<double> seconds = read("train_time"); !seconds.empty()) run.seconds = seconds.front();
  run.train_loss = read("train_loss");
  run.validation_accuracy = read("val_accuracy");
  run.test_accuracy = read("test_accuracy");
  run.hash = hash.hex();
  run.day = read_day(folder / "day.txt");
  const size_t measured = static_cast<size_t>(1 + (run.steps + run.every - 1) / run.every);
  check_length(run, "train_loss", run.train_loss.size(), static_cast<size_t>(run.steps));
  check_length(run, "val_accuracy", run.validation_accuracy.size(), measured);
  check_length(run, "test_accuracy", run.test_accuracy.size(), measured);
  if (run.train_loss.empty() && run.validation_accuracy.empty() && run.test_accuracy.empty())
    throw Error::format("{}: nothing was measured", run.files());
  return run;
}

void read_setting(const fs::path& folder, std::vector<ByzflRun>& runs,
                  const std::function<void(const std::string&)>& warn) {
  static const std::regex kFile(
      "(?:val_accuracy|test_accuracy|train_loss|train_time)_tr_seed_(\\d{1,15})_dd_seed_(\\d{1,15})\\.txt");
  std::set<std::pair<int64_t, int64_t>> seeds;
  std::error_code failure;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failure)) {
    const std::string name = entry.path().filename().string();
    std::smatch part;
    if (std::regex_match(name, part, kFile)) seeds.insert({std::stoll(part[1]), std::stoll(part[2])});
  }
  if (seeds.empty()) return;  // no run's folder, or one that was stopped before its first measurement
  Json settings;
  try {
    std::vector<std::string> renamed;
    settings = modern_byzfl(read_json(folder / "config.json"), "", renamed);
    if (settings.is_object() && !settings.contains("evaluation_and_results"))
      settings["evaluation_and_results"] = Json::object();
    if (!settings.is_object() || !settings.value("benchmark_config", Json()).is_object() ||
        !settings["evaluation_and_results"].is_object())
      throw Error::format("{}: not a config of ByzFL's benchmark", (folder / "config.json").string());
  } catch (const Error& error) {
    return warn(fmt::format("{}; its {} {} left out", error.what(), seeds.size(),
                            seeds.size() == 1 ? "run is" : "runs are"));
  }
  for (const auto& [training_seed, data_seed] : seeds) try {
      runs.push_back(read_run(folder, settings, training_seed, data_seed));
    } catch (const std::exception& error) {
      warn(fmt::format("{}; left out", error.what()));
    }
}

}  // namespace

int64_t ByzflRun::step(size_t i) const { return std::min(static_cast<int64_t>(i) * every, steps); }

std::string ByzflRun::files() const {
  return (folder / fmt::format("tr_seed_{}_dd_seed_{}", training_seed, data_seed)).string();
}

std::vector<ByzflRun> read_byzfl_results(const fs::path& folder,
                                         const std::function<void(const std::string&)>& warn) {
  if (!fs::is_directory(folder)) throw Error::format("{}: there is no such folder", folder.string());
  std::vector<fs::path> folders = {folder};
  std::error_code failure;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failure))
    if (entry.is_directory(failure)) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  std::vector<ByzflRun> runs;
  for (const fs::path& setting : folders) read_setting(setting, runs, warn);
  return runs;
}

}  // namespace varangian
