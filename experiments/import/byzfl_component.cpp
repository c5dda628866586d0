#include "experiments/import/byzfl_component.h"

#include "core/nearest.h"

#include <algorithm>
#include <map>

namespace varangian {
namespace {

struct Translation {
  Json ours;                                             ///< with what the name alone stands for
  std::vector<std::pair<std::string, std::string>> map;  ///< their parameter -> ours
  std::vector<std::string> left_out = {};                ///< parameters that mean nothing here
  std::string note = {};
};

const char* const kSearch =
    "the step that hurts most is found by our own search, up to \"largest\" (100), which also finds what a "
    "search in one direction misses; so ByzFL's may be the weaker attack";

const std::map<std::string, Translation>& translations(ByzflRole role) {
  static const std::string random =
      "ByzFL takes one power step from a random vector for its eigenvector, so that no run repeats; here it "
      "is "
      "exact";
  static const std::map<std::string, Translation> aggregators = {
      {"Average", {{{"name", "mean"}}, {}}},
      {"Median", {{{"name", "median"}}, {}}},
      {"TrMean", {{{"name", "trimmed_mean"}}, {}}},
      {"GeometricMedian",
       {{{"name", "geometric_median"}, {"variant", "rfa"}, {"smoothing", 0.1}, {"steps", 3}},
        {{"nu", "smoothing"}, {"T", "steps"}}}},
      {"Krum", {{{"name", "krum"}, {"variant", "byzfl"}}, {}}},
      {"MultiKrum", {{{"name", "multi_krum"}, {"variant", "byzfl"}}, {}}},
      {"CenteredClipping",
       {{{"name", "centred_clipping"}, {"radius", 100.0}, {"steps", 1}},
        {{"tau", "radius"}, {"L", "steps"}}}},
      {"MDA", {{{"name", "mda"}}, {}}},
      {"MoNNA", {{{"name", "monna"}}, {{"idx", "pivot"}}}},
      {"Meamed", {{{"name", "meamed"}}, {}}},
      {"CAF", {{{"name", "caf"}}, {}, {}, random}},
      {"SMEA", {{{"name", "smea"}}, {}, {}, random}}};
  static const std::map<std::string, Translation> pre_aggregators = {
      {"NNM", {{{"name", "nnm"}}, {}}},
      {"Bucketing", {{{"name", "bucketing"}, {"size", 1}}, {{"s", "size"}}}},
      {"Clipping", {{{"name", "clipping"}, {"radius", 2.0}}, {{"c", "radius"}}}},
      {"ARC", {{{"name", "arc"}}, {}}}};
  static const std::map<std::string, Translation> attacks = {
      {"NoAttack", {nullptr, {}}},
      {"SignFlipping", {{{"name", "mean_flip"}}, {}}},
      {"InnerProductManipulation", {{{"name", "ipm"}, {"factor", 2.0}}, {{"tau", "factor"}}}},
      {"ALittleIsEnough",
       {{{"name", "alie"}, {"quantile", "given"}, {"z", 1.5}, {"sign", "plus"}}, {{"tau", "z"}}}},
      {"Optimal_InnerProductManipulation",
       {{{"name", "optimal_ipm"}}, {}, {"evals", "start", "delta", "ratio"}, kSearch}},
      {"Optimal_ALittleIsEnough",
       {{{"name", "optimal_alie"}, {"sign", "plus"}}, {}, {"evals", "start", "delta", "ratio"}, kSearch}},
      {"Mimic", {{{"name", "mimic"}}, {{"epsilon", "index"}}}},
      {"Inf", {{{"name", "inf"}}, {}}},
      {"Gaussian", {{{"name", "gaussian"}, {"shared", true}}, {{"mu", "mean"}, {"sigma", "deviation"}}}},
      {"LabelFlipping", {{{"name", "label_flip"}, {"batches", "honest"}}, {}}}};
  return role == ByzflRole::aggregator       ? aggregators
         : role == ByzflRole::pre_aggregator ? pre_aggregators
                                             : attacks;
}

template <typename Map>
std::vector<std::string> names_in(const Map& map) {
  std::vector<std::string> names;
  for (const auto& [name, value] : map) names.push_back(name);
  return names;
}

// Sets one parameter on all; a list multiplies them.
void apply(std::vector<Json>& components, const std::string& name, const Json& given,
           const std::string& pointer, ForeignFile& file) {
  std::vector<Json> next;
  for (const Json& value : given.is_array() ? given : Json::array({given})) {
    if (!value.is_number()) {
      file.problem(pointer, fmt::format("{} is not a number", shown(value)));
      continue;
    }
    for (Json component : components) {
      component[name] = value;
      next.push_back(component);
    }
  }
  if (!next.empty()) components = std::move(next);
}

const char* role_name(ByzflRole role) {
  return role == ByzflRole::aggregator ? "aggregator"
         : role == ByzflRole::attack   ? "attack"
                                       : "pre-aggregator";
}

std::string component_label(const Json& component, bool with_parameters) {
  if (component.is_array()) {
    std::string chain;
    for (const Json& step : component)
      chain += (chain.empty() ? "" : " + ") + component_label(step, with_parameters);
    return chain.empty() ? "none" : chain;
  }
  if (component.is_null()) return "none";
  std::string label = component.at("name").get<std::string>(), rest;
  for (const auto& [key, value] : component.items())
    if (key != "name" && value.is_number())
      rest += fmt::format("{}{} {}", rest.empty() ? "" : ", ", key, value.dump());
  return with_parameters && !rest.empty() ? fmt::format("{} ({})", label, rest) : label;
}

}  // namespace

std::vector<Json> byzfl_component(const Json& written, ByzflRole role, const std::string& pointer,
                                  ForeignFile& file) {
  const auto& known = translations(role);
  if (!written.is_object() || !written.contains("name") || !written.at("name").is_string()) {
    file.problem(pointer,
                 fmt::format("{} is not {{\"name\": ..., \"parameters\": {{...}}}}", shown(written)));
    return {nullptr};
  }
  const std::string name = written.at("name");
  const auto found = known.find(name);
  if (found == known.end()) {
    file.problem(pointer + "/name", fmt::format("unknown {} \"{}\"{}", role_name(role), name,
                                                suggestion(name, names_in(known))));
    return {{{"name", name}}};
  }
  const Translation& translation = found->second;
  if (!translation.note.empty()) file.note(pointer + "/name", name + ": " + translation.note);
  for (const auto& [key, value] : written.items())
    if (key != "name" && key != "parameters") file.note(child(pointer, key), "unknown key, left out");
  std::vector<Json> components = {translation.ours};
  const Json parameters = written.value("parameters", Json::object());
  if (!parameters.is_object()) {
    file.problem(pointer + "/parameters", fmt::format("{} is not an object", shown(parameters)));
    return components;
  }
  std::vector<std::string> names = translation.left_out;
  for (const auto& [theirs, ours] : translation.map) names.push_back(theirs);
  for (const auto& [key, value] : parameters.items()) {
    const std::string at = child(pointer + "/parameters", key);
    const auto mapped = std::find_if(translation.map.begin(), translation.map.end(),
                                     [&, key = key](const auto& pair) { return pair.first == key; });
    if (value.is_null()) continue;  // as if it were not there
    if (mapped != translation.map.end())
      apply(components, mapped->second, value, at, file);
    else if (key == "f")
      file.note(at, "left out: ByzFL replaces it by tolerated_f, which is /declared_f here");
    else if (key == "m" && name == "CenteredClipping")
      file.problem(at, "ByzFL stops on every starting point; leave it out");
    else if (std::find(names.begin(), names.end(), key) != names.end())
      file.note(at, "left out: it steers ByzFL's search");
    else
      file.note(at, fmt::format("{} has no such parameter, and ByzFL does not read it either: left out{}",
                                name, names.empty() ? "" : suggestion(key, names)));
  }
  return components;
}

std::vector<std::string> labels_of(const std::vector<Json>& components) {
  std::map<std::string, int> times;
  for (const Json& component : components) ++times[component_label(component, false)];
  std::vector<std::string> labels;
  for (const Json& component : components) {
    const std::string label = component_label(component, false);
    labels.push_back(times[label] > 1 ? component_label(component, true) : label);
  }
  return labels;
}

}  // namespace varangian
