#include "experiments/import/byzfl_component.h"
#include "experiments/import/byzfl_parts.h"

#include <algorithm>

namespace varangian {
namespace {

// A labelled axis whose points replace one part of the config; the same twice is one point.
void replace(Draft& draft, const std::string& axis, const std::string& pointer,
             const std::vector<Json>& found) {
  std::vector<Json> values;
  for (const Json& value : found)
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
  const std::vector<std::string> labels = labels_of(values);
  std::vector<Draft::Labelled> points;
  for (size_t i = 0; i < values.size(); ++i) points.push_back({labels[i], {{pointer, values[i]}}});
  draft.cases(axis, points);
}

// One component, or a list of them.
std::vector<Json> import_components(ForeignFile& file, const std::string& pointer, ByzflRole role,
                                    const Json& otherwise) {
  const Json written = file.value(pointer, otherwise);
  if (!written.is_array()) return byzfl_component(written, role, pointer, file);
  std::vector<Json> all;
  for (size_t i = 0; i < written.size(); ++i)
    for (const Json& component : byzfl_component(written[i], role, child(pointer, i), file))
      all.push_back(component);
  if (all.empty()) file.problem(pointer, "an empty list; name at least one");
  return all;
}

// A step whose parameter is a list makes several chains.
std::vector<Json> import_chain(ForeignFile& file, const std::string& pointer, const Json& written) {
  std::vector<Json> chains = {Json::array()};
  for (size_t i = 0; i < written.size(); ++i) {
    std::vector<Json> longer;
    for (const Json& step : byzfl_component(written[i], ByzflRole::pre_aggregator, child(pointer, i), file))
      for (Json chain : chains) {
        chain.push_back(step);
        longer.push_back(chain);
      }
    chains = longer;
  }
  return chains;
}

// A list is one chain, unless its elements are lists.
std::vector<Json> import_chains(ForeignFile& file) {
  const std::string at = "/pre_aggregators";
  const Json written = file.value(at, Json::array());
  if (!written.is_array()) return import_chain(file, at, Json::array({written}));
  if (written.empty() || !written.front().is_array()) return import_chain(file, at, written);
  std::vector<Json> all;
  for (size_t i = 0; i < written.size(); ++i)
    for (const Json& chain :
         import_chain(file, child(at, i), written[i].is_array() ? written[i] : Json::array({written[i]})))
      all.push_back(chain);
  return all;
}

void import_attacks(ForeignFile& file, Draft& draft) {
  const std::vector<Json> byzantine = file.numbers("/benchmark_config/f", 0, true);
  const Json classes = file.number("/model/nb_labels", 10, true);
  if (classes != 10)
    file.note("/model/nb_labels", "left out: labels are flipped within the data set's own 10 classes");
  std::vector<Json> lists;
  for (const Json& attack :
       import_components(file, "/attack", ByzflRole::attack, Json{{"name", "NoAttack"}})) {
    if (attack.is_null() &&
        std::any_of(byzantine.begin(), byzantine.end(), [](const Json& f) { return f > 0; }))
      file.problem("/attack", "NoAttack with an f above 0: ByzFL stops there; name an attack, or set f to 0");
    lists.push_back(attack.is_null() ? Json::array() : Json::array({attack}));
  }
  if (lists.size() > 1 && std::find(byzantine.begin(), byzantine.end(), Json(0)) != byzantine.end())
    file.note("/benchmark_config/f",
              "with f = 0 the attacks change nothing, and each has its run all the same");
  replace(draft, "adversary", "/adversaries", lists);
}

}  // namespace

void import_byzfl_defence(ForeignFile& file, Draft& draft) {
  import_attacks(file, draft);
  replace(draft, "pre_aggregators", "/pre_aggregators", import_chains(file));
  replace(draft, "aggregator", "/aggregator",
          import_components(file, "/aggregator", ByzflRole::aggregator, Json{{"name", "Average"}}));
}

}  // namespace varangian
