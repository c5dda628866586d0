#include "core/nearest.h"
#include "experiments/import/byzfl_parts.h"

#include <algorithm>
#include <map>

namespace varangian {
namespace {

const std::string kBenchmarkKey = "/benchmark_config";

struct ByzflDistribution {
  std::string ours, parameter;  ///< "" where it has none
};

const std::map<std::string, ByzflDistribution> kDistributions = {
    {"iid", {"iid", ""}},
    {"gamma_similarity_niid", {"gamma_similarity", "gamma"}},
    {"dirichlet_niid", {"dirichlet", "alpha"}},
    {"extreme_niid", {"by_label", ""}},
};

void import_liars(ForeignFile& file, Draft& draft) {
  const std::vector<Json> byzantine = file.numbers(kBenchmarkKey + "/f", 0, true);
  const std::string tolerated = kBenchmarkKey + "/tolerated_f";
  if (file.value(tolerated).is_null()) return draft.grid("/workers/byzantine", byzantine);
  std::vector<std::vector<Json>> pairs;
  bool same = true;
  for (const Json& real : byzantine)
    for (const Json& told : file.numbers(tolerated, 0, true)) {
      if (told < real) {
        file.note(tolerated,
                  fmt::format("{} is below f = {}: dropped, as ByzFL does", told.dump(), real.dump()));
        continue;
      }
      pairs.push_back({real, told});
      same = same && told == real;
    }
  if (pairs.empty())
    file.problem(tolerated, "below every f: ByzFL would run nothing");
  else if (same)
    draft.grid("/workers/byzantine", byzantine);
  else
    draft.zip({"/workers/byzantine", "/declared_f"}, pairs);
}

// One distribution's parameter is an axis of numbers; several distributions are an axis of words.
void import_distribution(ForeignFile& file, Draft& draft) {
  const std::string at = kBenchmarkKey + "/data_distribution";
  const std::vector<Json> written = file.values(at, Json{{"name", "iid"}});
  std::vector<Draft::Labelled> points;
  std::string pointer;
  std::vector<Json> numbers;
  for (const Json& one : written) {
    const Json name = one.is_object() ? one.value("name", Json("iid")) : one;
    const std::string said = name.is_string() ? name.get<std::string>() : shown(name);
    const auto found = kDistributions.find(said);
    if (found == kDistributions.end()) {
      std::vector<std::string> names;
      for (const auto& [known, distribution] : kDistributions) names.push_back(known);
      file.problem(at, fmt::format("unknown distribution \"{}\"{}", said, suggestion(said, names)));
      continue;
    }
    const auto& [ours, parameter] = found->second;
    if (parameter.empty()) {
      points.push_back({ours, {{"/workers/partition/name", ours}}});
      continue;
    }
    pointer = "/workers/partition/" + parameter;
    Json given = one.is_object() ? one.value("distribution_parameter", Json(1.0)) : Json(1.0);
    if (given.is_null()) given = 1.0;
    for (const Json& value : given.is_array() ? given : Json::array({given})) {
      if (!value.is_number()) file.problem(at, fmt::format("{} is not a number", shown(value)));
      const Draft::Labelled point = {fmt::format("{} {}", ours, value.dump()),
                                     {{"/workers/partition/name", ours}, {pointer, value}}};
      if (std::find(points.begin(), points.end(), point) != points.end()) continue;
      numbers.push_back(value);
      points.push_back(point);
    }
  }
  if (written.size() > 1 || numbers.empty()) return draft.cases("distribution", points);
  draft.set("/workers/partition/name", points.front().second["/workers/partition/name"]);
  draft.grid(pointer, numbers);
}

}  // namespace

void import_byzfl_workers(ForeignFile& file, Draft& draft) {
  const bool counts_all = file.flag(kBenchmarkKey + "/set_honest_clients_as_clients", false);
  // Only what ByzFL writes beside its results has nb_workers; the number of the honest is right in it.
  const bool written_by_byzfl = !file.value(kBenchmarkKey + "/nb_workers").is_null();
  draft.grid(counts_all && !written_by_byzfl ? "/workers/count" : "/workers/honest",
             file.numbers(kBenchmarkKey + "/nb_honest_clients", 10, true));
  import_liars(file, draft);
  import_distribution(file, draft);
  draft.set("/workers/partition/byzantine_data", "none");
  draft.set("/workers/partition/short_shard", "smaller_batch");
  draft.grid("/workers/batch/size", file.numbers("/honest_clients/batch_size", 32, true));
  draft.grid("/workers/momentum/beta", file.numbers("/honest_clients/momentum", 0.9));
  draft.set("/workers/momentum/damped", true);
}

}  // namespace varangian
