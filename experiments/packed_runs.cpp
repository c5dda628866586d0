#include "experiments/packed_runs.h"

#include "core/printable.h"
#include "core/sha256.h"
#include "experiments/archive.h"
#include "experiments/compare_records.h"
#include "experiments/identity.h"

#include <algorithm>
#include <fstream>
#include <map>

namespace varangian {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSums = "SHA256SUMS";

// Name -> hash, as `sha256sum` writes them.
std::map<std::string, std::string> read_sums(const fs::path& file, const fs::path& archive) {
  std::ifstream stream(file);
  std::map<std::string, std::string> sums;
  for (std::string line; std::getline(stream, line);)
    if (line.size() > 66) sums[line.substr(66)] = line.substr(0, 64);
  if (sums.empty()) throw Error::format("{}: is no pack: it has no {}", archive.string(), kSums);
  return sums;
}

// What differs from the sums: name -> how.
std::map<std::string, std::string> changes_in(const fs::path& root, const fs::path& archive) {
  std::map<std::string, std::string> sums = read_sums(root / kSums, archive), changes;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    const std::string name = fs::relative(entry.path(), root).generic_string();
    if (name == kSums) continue;
    const auto known = sums.find(name);
    if (known == sums.end())
      changes[name] = "was added to the pack";
    else if (known->second != sha256_of_file(entry.path()))
      changes[name] = "is not what was packed";
    if (known != sums.end()) sums.erase(known);
  }
  for (const auto& [name, hash] : sums) changes[name] = "is missing";
  return changes;
}

// What verifying reads later; so a manifest without it spoils the verdict of its own run alone.
void require_fields(const PackedRun& run) {
  using Type = Json::value_t;
  const std::pair<const char*, Type> fields[] = {{"run_id", Type::string},   {"identity", Type::object},
                                                 {"status", Type::string},   {"device", Type::string},
                                                 {"libtorch", Type::string}, {"repeatable", Type::string},
                                                 {"cpu", Type::string}};
  for (const auto& [name, type] : fields)
    if (!run.manifest.is_object() || !run.manifest.contains(name) || run.manifest[name].type() != type)
      throw Error::format("manifest.json: no {} \"{}\"", type == Type::string ? "text" : "object", name);
  const Json& identity = run.manifest["identity"];
  if (!identity.contains("config") || !identity["config"].is_object())
    throw Error("manifest.json: no object \"identity\"/\"config\"");
  if (!run.config.is_object() || !run.config.value("plugins", Json::array()).is_array())
    throw Error("config.json: \"plugins\" is no list");
}

// What a run's own files say against each other; "" when they agree.
std::string contradiction_in(const PackedRun& run) {
  const Json& content = run.manifest.at("identity");
  const std::string id = run.manifest.at("run_id");
  if (id != content_id(content) || fs::path(run.name).filename() != id)
    return "its id is not that of what its manifest says it was";
  const Json& final = run.manifest.at("final");
  const std::map<std::string, double> last = last_values(run.folder / "metrics.csv");
  for (const auto& [key, value] : final.items()) {
    const auto found = last.find(key);
    const bool evaluated = key.starts_with("test_") || key.starts_with("validation_");
    if (evaluated && (found == last.end() || found->second != value.get<double>()))
      return fmt::format("its manifest ends with {} {}, its metrics.csv with {}", printable(key),
                         shown(value), found == last.end() ? "none" : fmt::format("{}", found->second));
  }
  return "";
}

PackedRun read_packed_run(const fs::path& folder) {
  PackedRun run{.folder = folder, .name = (folder.parent_path().filename() / folder.filename()).string()};
  try {
    run.config = read_json(folder / "config.json");
    run.manifest = read_json(folder / "manifest.json");
    require_fields(run);
    run.wrong = contradiction_in(run);
  } catch (const std::exception& error) {
    run.wrong = fmt::format("cannot be read: {}", printable(error.what()));
  }
  return run;
}

}  // namespace

Pack open_pack(const fs::path& archive, const fs::path& folder, const std::atomic<bool>& stop) {
  Pack pack{.root = unpack_archive(archive, folder, stop)};
  const std::map<std::string, std::string> changes = changes_in(pack.root, archive);
  std::error_code failure;
  std::vector<fs::path> folders;
  for (const fs::directory_entry& sweep : fs::directory_iterator(pack.root / "runs", failure))
    for (const fs::directory_entry& run : fs::directory_iterator(sweep, failure))
      if (run.is_directory()) folders.push_back(run.path());
  std::sort(folders.begin(), folders.end());
  for (const fs::path& run : folders) pack.runs.push_back(read_packed_run(run));
  if (pack.runs.empty()) throw Error::format("{}: is no pack: there is no run in it", archive.string());
  for (const auto& [name, how] : changes) {
    const std::string text = fmt::format("{} {}", printable_line(name), how);
    const auto owner = std::find_if(pack.runs.begin(), pack.runs.end(), [&path = name](const PackedRun& run) {
      return path.starts_with("runs/" + run.name + "/");
    });
    if (owner == pack.runs.end())
      pack.wrong.push_back(text);
    else
      owner->wrong = text;
  }
  return pack;
}

}  // namespace varangian
