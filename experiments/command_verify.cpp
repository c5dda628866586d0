#include "experiments/commands.h"

#include "core/printable.h"
#include "engine/device.h"
#include "experiments/compare_records.h"
#include "experiments/plan.h"
#include "experiments/rerun.h"
#include "experiments/stop_request.h"
#include "record/temporary_folder.h"
#include "varangian/version.h"

#include <torch/headeronly/version.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace varangian {
namespace {

namespace fs = std::filesystem;

constexpr double kDeviations = 3;
constexpr size_t kSeeds = 3;         // from so many on, their deviation is the band
constexpr double kLeastBand = 1e-3;  // of the value, for seeds that agree by chance

struct VerifyOptions {
  std::string archive;
  size_t sample = 5;
  std::optional<uint64_t> seed;
  double tolerance = 0.05;
  RerunOptions rerun;
};

struct Finding {
  bool fine = true;
  std::string text;
};

// Why this machine or program may give other bytes than the manifest's; "" when it may not.
std::string other_kind(const Json& manifest, const Json& content) {
  const bool gpu = manifest.at("device") == "cuda";
  const std::string torch =
      fmt::format("{}.{}.{}", TORCH_VERSION_MAJOR, TORCH_VERSION_MINOR, TORCH_VERSION_PATCH);
  if (manifest.at("cpu") != cpu_capability())
    return fmt::format("{} there, {} here", shown(manifest["cpu"]), cpu_capability());
  if (gpu && manifest.at("gpu") != gpu_name()) return fmt::format("{} there", shown(manifest["gpu"]));
  if (manifest.at("libtorch") != torch)
    return fmt::format("LibTorch {} there, {} here", shown(manifest["libtorch"]), torch);
  if (!manifest.at("repeatable").get<std::string>().starts_with("yes"))
    return "it went on on another kind of machine";
  const Json difference = Json::diff(manifest.at("identity"), content);
  return difference.empty() ? "" : "other " + difference[0].at("path").get<std::string>().substr(1);
}

// A file's content stands as its SHA-256 where the config names it.
bool is_hash(const Json& value) {
  const std::string text = value.is_string() ? value.get<std::string>() : "";
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// What of a run's config or data is not what its manifest says it was; "" when all is. That a library was
// built anew, or a program is another version, is for the comparison of records to judge.
std::string other_run(const Json& manifest, const Json& content) {
  for (const Json& change : Json::diff(manifest.at("identity"), content)) {
    const std::string path = change.at("path");
    const bool library = path.starts_with("/files/") && path.find(".so") != std::string::npos;
    if (path.starts_with("/code") || library || path.find("/command/") != std::string::npos) continue;
    const bool data = path.starts_with("/files") || is_hash(change.value("value", Json()));
    return fmt::format("its {} not what its manifest names: {}", data ? "data are" : "config is", path);
  }
  return "";
}

// What runs with other seeds share.
std::string cell_of(const PackedRun& run) {
  Json config = run.manifest.at("identity").at("config");
  config.erase("seed");
  return config.dump();
}

class Verification {
 public:
  Verification(const Pack& pack, double tolerance) : pack_(pack), tolerance_(tolerance) {}

  Finding judge(const Rerun& rerun) const {
    const PackedRun& packed = pack_.runs[rerun.run];
    if (!rerun.failure.empty()) return {false, "could not be run: " + rerun.failure};
    if (const std::string what = other_run(packed.manifest, rerun.content); !what.empty())
      return {false, what};
    const Json manifest = read_json(rerun.folder / "manifest.json");
    if (manifest.at("status") != packed.manifest.at("status"))
      return {false, fmt::format("{} in the pack, {} here", shown(packed.manifest["status"]),
                                 shown(manifest["status"]))};
    const std::string kind = other_kind(packed.manifest, rerun.content);
    return kind.empty() ? by_bytes(packed, rerun) : by_band(packed, rerun, kind);
  }

 private:
  static Finding by_bytes(const PackedRun& packed, const Rerun& rerun) {
    const auto [difference, bytes] =
        compare_records(packed.folder, rerun.folder, packed.config.at("evaluate").at("every").get<int64_t>());
    if (!difference.empty()) return {false, difference};
    return {true, bytes ? "same bytes" : "same numbers; it was prolonged"};
  }

  Finding by_band(const PackedRun& packed, const Rerun& rerun, const std::string& kind) const {
    if (packed.manifest.at("status") == "diverged") return {true, "diverges here too"};
    const std::map<std::string, double> there = last_values(packed.folder / "metrics.csv"),
                                        here = last_values(rerun.folder / "metrics.csv");
    const std::string column = deciding_column(there);
    if (!here.contains(column)) return {false, "there is no number to compare"};
    const double value = there.at(column), again = here.at(column);
    const auto [width, why] = band(packed, column, again);
    return {std::abs(again - value) <= width, fmt::format("{} {:.6g}, here {:.6g}, band {:.2g} ({}; {})",
                                                          column, value, again, width, why, kind)};
  }

  // How far a final value may lie from the packed one, and why. The value that was found here stands for the
  // packed one, which would widen its own band.
  std::pair<double, std::string> band(const PackedRun& packed, const std::string& column,
                                      double again) const {
    std::vector<double> values = {again};
    for (const PackedRun& run : pack_.runs)
      if (&run != &packed && run.wrong.empty() && run.manifest.at("status") == "completed" &&
          cell_of(run) == cell_of(packed))
        if (const auto last = last_values(run.folder / "metrics.csv"); last.contains(column))
          values.push_back(last.at(column));
    if (values.size() < kSeeds)
      return {tolerance_ * std::abs(again), fmt::format("{:.3g} % of it", 100 * tolerance_)};
    const double count = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double squares = 0;
    for (const double one : values) squares += (one - mean) * (one - mean);
    return {std::max(kDeviations * std::sqrt(squares / (count - 1)), kLeastBand * std::abs(again)),
            fmt::format("{} deviations of {} seeds", kDeviations, values.size())};
  }

  const Pack& pack_;
  double tolerance_;
};

std::vector<size_t> sample_of(const Pack& pack, size_t count, uint64_t seed) {
  std::vector<size_t> whole, chosen;
  for (size_t i = 0; i < pack.runs.size(); ++i)
    if (pack.runs[i].wrong.empty()) whole.push_back(i);
  std::mt19937_64 random(seed);
  std::sample(whole.begin(), whole.end(), std::back_inserter(chosen), std::min(count, whole.size()), random);
  return chosen;
}

// By names that no pack can choose: a terminal shows them as they are.
void show(const PackedRun& run, const Finding& finding) {
  const Json swept = run.manifest.is_object() ? run.manifest.value("swept", Json()) : Json();
  fmt::print("{:<9}  {}  {}: {}\n", finding.fine ? "fine" : "DIFFERENT", printable_line(run.name),
             swept.is_object() ? label_of(swept) : "run", printable_line(finding.text));
}

int verify(const VerifyOptions& options) {
  const std::atomic<bool>& stop = stop_on_signals();
  const TemporaryFolder unpacked, again;
  const auto interrupted = [] {
    fmt::print(stderr, "interrupted; nothing is left of it\n");
    return kInterrupted;
  };
  Pack pack;
  try {
    pack = open_pack(options.archive, unpacked.path(), stop);
  } catch (const Error&) {
    if (!stop) throw;
    return interrupted();
  }
  // Whoever packed the runs must not know which ones will be run again.
  const uint64_t seed = options.seed.value_or(std::random_device()());
  const std::vector<size_t> chosen = sample_of(pack, options.sample, seed);
  const std::vector<Rerun> reruns = run_again(pack, chosen, options.rerun, again.path(), stop);
  if (stop) return interrupted();
  size_t different = pack.wrong.size();
  for (const std::string& text : pack.wrong) fmt::print("DIFFERENT  {}\n", text);
  for (const PackedRun& run : pack.runs)
    if (!run.wrong.empty()) {
      show(run, {false, run.wrong});
      ++different;
    }
  const Verification verification(pack, options.tolerance);
  for (const Rerun& rerun : reruns) {
    Finding finding;
    try {
      finding = verification.judge(rerun);
    } catch (const std::exception& error) {
      finding = {false, fmt::format("cannot be compared: {}", error.what())};
    }
    show(pack.runs[rerun.run], finding);
    different += !finding.fine;
  }
  fmt::print("{}: {} {}, {} run again (--seed {} takes the same): {}\n", options.archive, pack.runs.size(),
             pack.runs.size() == 1 ? "run" : "runs", reruns.size(), seed,
             different == 0 ? "all fine" : fmt::format("{} different", different));
  return different == 0 ? kDone : kRunFailed;
}

}  // namespace

void add_verify_command(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("verify", "Check an archive of `pack`: its files, and runs of it again");
  auto options = std::make_shared<VerifyOptions>();
  const CLI::Validator not_negative(
      [](std::string& text) { return std::string(text.starts_with('-') ? "want 0 or more" : ""); }, "");
  command->add_option("archive", options->archive, "What `varangian pack` wrote")->required();
  command->add_option("--sample", options->sample, "How many runs to run again; 0: none, only the files")
      ->check(not_negative);
  command->add_option("--seed", options->seed, "Chooses them; default: by chance, and told")
      ->check(not_negative);
  command
      ->add_option("--tolerance", options->tolerance,
                   "On another kind of machine, of a final value with fewer than three seeds")
      ->check(CLI::Range(0.0, 1.0));
  command->add_option("--set", options->rerun.settings, "Where data are here: /json/pointer=value")
      ->type_name("POINTER=VALUE");
  command->add_option("--plugin", options->rerun.plugins, "The library of a plugin, built here")
      ->type_name("FILE");
  command->add_option("--jobs", options->rerun.jobs, "Runs side by side; default: as many as fit")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--trust", options->rerun.trust, "Start programs and load models that the pack brings");
  command->footer(
      "Compares bytes on the same kind of CPU, final values elsewhere: within three deviations over the "
      "seeds\n"
      "that the pack holds, or --tolerance. Leaves nothing on disk.\n"
      "Exit code: 0 all fine, 1 a difference, 2 no pack, 130 interrupted.\n"
      "Example: varangian verify quickstart.tar.gz --sample 5");
  command->callback([options, &exit_code] { exit_code = verify(*options); });
}

}  // namespace varangian
