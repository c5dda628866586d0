#include "experiments/why_new.h"

#include "core/printable.h"

namespace varangian {

namespace fs = std::filesystem;

WhyNew::BySwept WhyNew::read(const fs::path& folder) {
  BySwept found;
  std::error_code failure;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failure)) {
    Json manifest;
    try {
      manifest = read_json(entry.path() / "manifest.json");
    } catch (const Error&) {
      continue;
    }
    if (manifest.is_object() && manifest.contains("identity"))
      found[manifest.value("swept", Json()).dump()].push_back(
          {entry.path().filename().string(), std::move(manifest["identity"])});
  }
  return found;
}

std::string WhyNew::operator()(const RunConfig& run, const Identity& identity) {
  const fs::path folder = fs::path(run.output) / run.name;
  auto known = known_.find(folder);
  if (known == known_.end()) known = known_.emplace(folder, read(folder)).first;
  const auto older = known->second.find(run.swept.dump());
  if (older == known->second.end()) return "new";
  for (const auto& [id, content] : older->second) {
    const Json difference = Json::diff(content, identity.content);
    if (difference.empty()) continue;
    const std::string path = difference[0].at("path");
    const std::string what = path.starts_with("/files")  ? "data"
                             : path.starts_with("/code") ? "code"
                                                         : "config";
    return fmt::format("new: {} changed against {} ({})", what, printable(id), printable(path));
  }
  return "new";
}

}  // namespace varangian
