#include "experiments/comparison/axes.h"

#include "core/nearest.h"
#include "core/printable.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace varangian {
namespace {

bool is_seed(const std::string& axis) {
  return axis == "seed" || axis == "/seed" || axis.starts_with("/seed/");
}

Json at_pointer(const Json& config, const std::string& pointer) {
  const Json::json_pointer place(pointer);
  return config.contains(place) ? config.at(place) : Json();
}

// Without how many workers each has: that is the number of liars, no attack of its own.
Json adversaries_of(const RunSummary& run, bool only_names) {
  Json all = Json::array();
  const Json given = run.config.is_object() ? run.config.value("adversaries", Json::array()) : Json::array();
  for (Json adversary : given) {
    if (!adversary.is_object()) continue;
    if (only_names) {
      all.push_back(adversary.value("name", Json()));
    } else {
      adversary.erase("workers");
      all.push_back(adversary);
    }
  }
  return all;
}

// Pointers of a resolved config that end in this name, as "/workers/partition" for "partition".
void find_pointers(const Json& config, const std::string& name, const std::string& at,
                   std::set<std::string>& found) {
  if (!config.is_object()) return;
  for (const auto& [key, value] : config.items()) {
    if (key == name) found.insert(child(at, key));
    find_pointers(value, name, child(at, key), found);
  }
}

// 0: stands for nothing; 1: a number; 2: the rest.
int class_of(const std::string& label, double& number) {
  if (label == "none" || label == "no" || label == "not set" || label.starts_with("no ")) return 0;
  char* end = nullptr;
  number = std::strtod(label.c_str(), &end);
  if (!std::isfinite(number)) number = 0;
  return !label.empty() && *end == '\0' ? 1 : 2;
}

}  // namespace

Axes::Axes(std::vector<RunSummary> runs) : runs_(std::move(runs)) {
  std::set<std::string> experiments;
  for (const RunSummary& run : runs_) experiments.insert(run.name);
  if (experiments.size() > 1)
    for (RunSummary& run : runs_) run.swept["experiment"] = run.name;
  names_ = keys_of(runs_, &RunSummary::swept);
}

std::string Axes::find(const std::string& asked, const std::string& option) const {
  if (std::find(names_.begin(), names_.end(), asked) != names_.end()) return asked;
  std::vector<std::string> matches;
  for (const std::string& axis : names_)
    if (axis_label(axis) == asked || axis.ends_with("/" + asked)) matches.push_back(axis);
  if (matches.empty() && (asked == "adversary" || asked == "attack"))
    if (const std::string axis = attack_axis(); !axis.empty()) return axis;
  if (matches.empty()) {
    std::set<std::string> pointers;
    for (const RunSummary& run : runs_) find_pointers(run.config, asked, "", pointers);
    // The component itself rather than its parameters, where some axis chooses it.
    for (const char* part : {"/name", ""}) {
      for (const std::string& axis : names_)
        for (const std::string& pointer : pointers)
          if (!is_seed(axis) &&
              changes(axis, [&](const RunSummary& run) { return at_pointer(run.config, pointer + part); })) {
            matches.push_back(axis);
            break;
          }
      if (!matches.empty()) break;
    }
  }
  if (matches.size() == 1) return matches.front();
  if (!matches.empty())
    throw Error::format("{} {}: may be any of {}; name one", option, asked, fmt::join(matches, ", "));
  if (names_.empty())
    throw Error::format("{} {}: these runs differ in nothing: no sweep made them", option, asked);
  throw Error::format("{} {}: no such axis{}", option, asked, suggestion(asked, names_));
}

std::string Axes::attack_axis() const {
  for (const bool only_names : {true, false}) {
    std::vector<std::string> found;
    for (const std::string& axis : names_)
      if (!is_seed(axis) && !axis.starts_with("/workers/") && axis != "experiment" &&
          changes(axis, [&](const RunSummary& run) { return adversaries_of(run, only_names); }))
        found.push_back(axis);
    if (!found.empty()) return found.size() == 1 ? found.front() : "";
  }
  return "";
}

std::string Axes::seed_axis() const {
  const auto found = std::find_if(names_.begin(), names_.end(), is_seed);
  return found == names_.end() ? "" : *found;
}

bool Axes::follows(const std::string& axis, const std::string& from) const {
  std::map<std::string, Json> value;
  for (const RunSummary& run : runs_) {
    const Json own = value_on(run, axis);
    const auto [known, fresh] = value.emplace(value_on(run, from).dump(), own);
    if (!fresh && known->second != own) return false;
  }
  return true;
}

std::vector<std::string> Axes::held(const std::string& axis) const {
  std::vector<std::string> others;
  for (const std::string& other : names_)
    if (other != axis && (is_seed(other) || !follows(other, axis))) others.push_back(other);
  return others;
}

bool Axes::changes(const std::string& axis, const std::function<Json(const RunSummary&)>& part) const {
  const std::vector<std::string> others = held(axis);
  std::map<std::string, Json> parts;
  for (const RunSummary& run : runs_) {
    const Json own = part(run);
    const auto [known, fresh] = parts.emplace(place_of(run, others), own);
    if (!fresh && known->second != own) return true;
  }
  return false;
}

Axes Axes::only(const std::string& condition) const {
  const size_t equals = condition.find('=');
  if (equals == std::string::npos)
    throw Error::format("--only {}: write it like --only rule=median,mean", condition);
  const std::string axis = find(condition.substr(0, equals), "--only");
  std::vector<std::string> known, asked;
  for (const RunSummary& run : runs_) known.push_back(value_label(value_on(run, axis)));
  sort_labels(known);
  for (size_t start = equals + 1; start <= condition.size();) {
    const size_t end = std::min(condition.find(',', start), condition.size());
    asked.push_back(condition.substr(start, end - start));
    if (std::find(known.begin(), known.end(), asked.back()) == known.end())
      throw Error::format("--only {}: no run has the value \"{}\" on {}{}", condition, asked.back(), axis,
                          suggestion(asked.back(), known));
    start = end + 1;
  }
  std::vector<RunSummary> kept;
  for (const RunSummary& run : runs_)
    if (std::find(asked.begin(), asked.end(), value_label(value_on(run, axis))) != asked.end())
      kept.push_back(run);
  return Axes(std::move(kept));
}

Json value_on(const RunSummary& run, const std::string& axis) { return run.swept.value(axis, Json()); }

std::string value_label(const Json& value) {
  if (value.is_null()) return "not set";
  std::string text;
  if (value.is_string()) {
    text = value.get<std::string>();
  } else if (value.is_number_float()) {
    text = fmt::format("{}", value.get<double>());
  } else if (value.is_boolean()) {
    text = value.get<bool>() ? "yes" : "no";
  } else if (value.is_array()) {
    for (const Json& part : value) text += (text.empty() ? "" : " + ") + value_label(part);
    if (text.empty()) text = "none";
  } else if (value.is_object()) {
    std::string rest;
    for (const auto& [key, part] : value.items())
      if (key != "name") rest += (rest.empty() ? "" : " ") + key + " " + value_label(part);
    const std::string name = value.contains("name") ? value_label(value.at("name")) : "";
    text = name.empty() || rest.empty() ? name + rest : name + " (" + rest + ")";
    if (text.empty()) text = "none";
  } else {
    text = value.dump();
  }
  text = printable(text);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

void sort_labels(std::vector<std::string>& labels) {
  std::sort(labels.begin(), labels.end(), [](const std::string& a, const std::string& b) {
    double x = 0, y = 0;
    const int first = class_of(a, x), second = class_of(b, y);
    return std::tie(first, x, a) < std::tie(second, y, b);
  });
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
}

std::string axis_label(const std::string& axis) {
  if (!axis.starts_with("/")) return axis;
  const std::string whole =
      axis.ends_with("/name") && axis.size() > 5 ? axis.substr(0, axis.size() - 5) : axis;
  size_t start = whole.rfind('/');
  const bool is_index = whole.find_first_not_of("0123456789", start + 1) == std::string::npos;
  if (is_index && start > 0) start = whole.rfind('/', start - 1);  // "adversaries/0": an index says nothing
  return whole.substr(start + 1);
}

std::string place_of(const RunSummary& run, const std::vector<std::string>& axes) {
  std::string text;
  for (const std::string& axis : axes)
    text +=
        fmt::format("{}{} {}", text.empty() ? "" : ", ", axis_label(axis), value_label(value_on(run, axis)));
  return text;
}

}  // namespace varangian
