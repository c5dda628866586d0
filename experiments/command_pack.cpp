#include "experiments/commands.h"

#include "core/printable.h"
#include "core/sha256.h"
#include "experiments/anonymous.h"
#include "experiments/archive.h"
#include "experiments/memory.h"
#include "experiments/pack_files.h"
#include "experiments/plugins.h"
#include "experiments/results_table.h"
#include "record/file.h"
#include "record/run_directory.h"
#include "record/temporary_folder.h"
#include "varangian/version.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

namespace varangian {
namespace {

namespace fs = std::filesystem;

struct PackOptions {
  std::string folder, output;
  bool anonymous = false;
};

void write_text(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  if (!(file << text).flush()) throw Error::format("{}: cannot be written", path.string());
}

// Runs on their way into a folder that becomes the archive.
class Packer {
 public:
  Packer(fs::path folder, bool anonymous) : folder_(std::move(folder)), anonymous_(anonymous) {}

  void add(const RunSummary& summary) {
    Json config = read_json(summary.folder / "config.json"),
         manifest = read_json(summary.folder / "manifest.json");
    for (const Json& plugin : config.value("plugins", Json::array())) load_plugin(plugin.get<std::string>());
    Problems problems((summary.folder / "config.json").string());
    const RunConfig run = resolve_run(config, problems);
    problems.throw_if_any();
    if (!manifest.contains("identity") || !manifest["identity"].is_object())
      throw Error::format("{}: has no \"identity\": it is no manifest of this program",
                          (summary.folder / "manifest.json").string());
    const Json& content = manifest["identity"];
    config = run.resolved;
    for (const std::string& text : pack_files(run, config, content, folder_)) warn(text);
    for (const auto& [name, hash] : content.at("files").items()) inputs_[name] = hash;
    if (anonymous_) {
      anonymizer_.clean_config(config);
      anonymizer_.clean_manifest(manifest);
    }
    const fs::path target = folder_ / "runs" / run.name / summary.id;
    const auto [known, fresh] = packed_.emplace(target, summary.folder);
    if (!fresh)
      throw Error::format("{} and {} are one run; pack a folder that has it once", known->second.string(),
                          summary.folder.string());
    write_text(target / "config.json", config.dump(2) + "\n");
    write_text(target / "manifest.json", manifest.dump(2) + "\n");
    for (const char* name : {"metrics.csv", "diagnostics.csv", "workers.csv"})
      if (fs::exists(summary.folder / name)) fs::copy_file(summary.folder / name, target / name);
    ++runs_;
  }

  void finish() {
    write_text(folder_ / "pack.json", Json{{"format", 1},
                                           {"varangian", kVersion},
                                           {"engine", kEngineRevision},
                                           {"runs", runs_},
                                           {"anonymous", anonymous_},
                                           {"inputs", inputs_}}
                                              .dump(2) +
                                          "\n");
    write_text(folder_ / "README.txt", readme());
    std::vector<std::string> names;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder_))
      if (entry.is_regular_file()) names.push_back(fs::relative(entry.path(), folder_).generic_string());
    std::sort(names.begin(), names.end());
    std::string sums;
    for (const std::string& name : names) {
      sums += fmt::format("{}  {}\n", sha256_of_file(folder_ / name), name);
      if (anonymous_) tell_names(name);
    }
    write_text(folder_ / "SHA256SUMS", sums);
  }

  size_t runs() const { return runs_; }

 private:
  void warn(const std::string& text) {
    if (warned_.insert(text).second) fmt::print(stderr, "warning: {}\n", printable(text));
  }

  void tell_names(const std::string& name) {
    for (const std::string& found : anonymizer_.left_in(contents_of(folder_ / name)))
      warn(fmt::format("{}: still says \"{}\"", name, found));
  }

  std::string readme() const {
    std::string text = fmt::format(
        "{} runs of Varangian {}, packed by `varangian pack`.\n\n"
        "runs/<name>/<id>/   of each run its config, its manifest (versions, machine, what it read) and its "
        "record\n"
        "files/              files that the configs name, but data: sources of plugins, scripts, models\n"
        "SHA256SUMS          of every file here\n\n"
        "Is everything as it was packed?      sha256sum --check SHA256SUMS\n"
        "Do the runs give these records?      varangian verify ARCHIVE.tar.gz --sample 5\n\n"
        "The second runs some of them again and compares: bytes on the same kind of CPU, final values within "
        "a "
        "band elsewhere\n(docs/reproducibility.md). Data sets and libraries are not in here; by SHA-256 of "
        "their "
        "files they were\n",
        runs_, kVersion);
    for (const auto& [name, hash] : inputs_.items())
      text += fmt::format("  {}  {}\n", hash.get<std::string>(), name);
    return inputs_.empty() ? text + "  (none)\n" : text;
  }

  fs::path folder_;
  bool anonymous_;
  Anonymizer anonymizer_;
  Json inputs_ = Json::object();
  std::set<std::string> warned_;
  std::map<fs::path, fs::path> packed_;  // place in the pack -> where it came from
  size_t runs_ = 0;
};

void pack(const PackOptions& options) {
  const fs::path folder = fs::absolute(options.folder).lexically_normal();
  const std::string name = (folder.has_filename() ? folder : folder.parent_path()).filename().string();
  const fs::path output = options.output.empty() ? name + ".tar.gz" : options.output;
  const TemporaryFolder temporary;
  const fs::path below = temporary.path() / name;
  Packer packer(below, options.anonymous);
  size_t left_out = 0;
  for (const RunSummary& run : find_runs(options.folder)) {
    if (run.status == "completed" || run.status == "diverged") {
      packer.add(run);
      continue;
    }
    ++left_out;
    fmt::print(stderr, "left out: {}: {}\n", printable(run.folder.string()), run.status);
  }
  if (packer.runs() == 0)
    throw Error::format("{}: no run below it is done{}", options.folder,
                        left_out == 0 ? "" : fmt::format("; {} are not", left_out));
  packer.finish();
  make_archive(below, output);
  fmt::print("{}: {} {}, {}, sha256 {}\n", output.string(), packer.runs(),
             packer.runs() == 1 ? "run" : "runs", shown_bytes(static_cast<double>(fs::file_size(output))),
             sha256_of_file(output));
}

}  // namespace

void add_pack_command(CLI::App& app, int&) {
  CLI::App* command =
      app.add_subcommand("pack", "Make one archive of a folder's runs that others can check with `verify`");
  auto options = std::make_shared<PackOptions>();
  command->add_option("folder", options->folder, "A folder with runs below it, as results/quickstart")
      ->required();
  command->add_option("--output", options->output, "The archive; default FOLDER.tar.gz here")
      ->type_name("FILE.tar.gz");
  command->add_flag("--anonymous", options->anonymous,
                    "Take out machines' names and paths through home and working folders");
  command->footer(
      "Of each run that is done: config, manifest, metrics.csv, diagnostics.csv and workers.csv; files that "
      "the\n"
      "configs name, sources of plugins, and hashes of data. Start it where the runs were started.\n"
      "Example: varangian pack results/quickstart --anonymous --output quickstart.tar.gz");
  command->callback([options] { pack(*options); });
}

}  // namespace varangian
