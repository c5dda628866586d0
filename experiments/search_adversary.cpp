#include "experiments/search_adversary.h"

#include "core/nearest.h"
#include "experiments/identity.h"
#include "experiments/judged_columns.h"

#include <algorithm>
#include <cmath>

namespace varangian {
namespace {

constexpr const char* kSearchAdversary = "/search/adversary";
constexpr size_t kMostCandidates = 100000;

// Whether a list is one value of this setting of an adversary, and no range.
bool takes_lists(const std::string& adversary, const std::string& setting) {
  if (setting == "rounds") return true;
  const Descriptor* descriptor = Registry::instance().find(Kind::adversary, adversary);
  if (descriptor == nullptr) return false;
  for (const Parameter& parameter : descriptor->parameters)
    if (parameter.name == setting)
      return parameter.is_json || std::holds_alternative<std::vector<int64_t>>(parameter.initial) ||
             std::holds_alternative<std::vector<std::string>>(parameter.initial);
  return false;
}

SweepPoint point_of(const Json& adversary) {
  std::string label = adversary.at("name");
  for (const auto& [key, value] : adversary.items())
    if (key != "name")
      label += fmt::format(" {}={}", key, value.is_string() ? value.get<std::string>() : value.dump());
  SweepPoint point{.settings = {{"/adversary", adversary}}};
  point.swept[AdversarySearch::kAxis] = label;
  return point;
}

// One candidate as it is written, to the product of its ranges.
void add_candidate(const Json& written, const std::string& at, SweepAxis& axis, Problems& problems) {
  const Json candidate = written.is_string() ? Json{{"name", written}} : written;
  if (!candidate.is_object() || !candidate.contains("name") || !candidate.at("name").is_string())
    return problems.add(at,
                        fmt::format("{} is not an adversary, as {{\"name\": \"ipm\", \"factor\": [0.1, 1]}}",
                                    shown(written)));
  const std::string name = candidate.at("name");
  std::vector<Json> product = {Json::object()};
  for (const auto& [key, value] : candidate.items()) {
    const bool lists = takes_lists(name, key);
    const bool range = value.is_array() && (!lists || (!value.empty() && value.front().is_array()));
    if (range && value.empty())
      return problems.add(child(at, key), "an empty range; give at least one value");
    const Json values = range ? value : Json::array({value});
    if (product.size() * values.size() > kMostCandidates)
      return problems.add(at, fmt::format("its ranges make more than {} candidates", kMostCandidates));
    std::vector<Json> longer;
    for (const Json& partial : product)
      for (const Json& one : values) {
        longer.push_back(partial);
        longer.back()[key] = one;
      }
    product = std::move(longer);
  }
  for (const Json& adversary : product) axis.push_back(point_of(adversary));
}

AdversarySearch parse(const Json& search, Problems& problems) {
  static const std::vector<std::string> kKeys = {"candidates", "metric", "budget", "eta"};
  AdversarySearch parsed;
  if (!search.is_object()) {
    problems.add(kSearchAdversary,
                 fmt::format("{} is not an object with candidates, metric, budget and eta", shown(search)));
    return parsed;
  }
  for (const auto& [key, value] : search.items()) {
    const std::string at = child(kSearchAdversary, key);
    if (key == "candidates" && value.is_array())
      for (size_t i = 0; i < value.size(); ++i)
        add_candidate(value[i], child(at, i), parsed.candidates, problems);
    else if (key == "candidates")
      problems.add(at, fmt::format("{} is not a list of adversaries", shown(value)));
    else if (key == "metric" && value.is_string())
      parsed.metric = value;
    else if (key == "metric")
      problems.add(at, fmt::format("{} is not a column of metrics.csv", shown(value)));
    else if (key == "budget" && value.is_number() && value > 0)
      parsed.budget = value.get<double>();
    else if (key == "budget")
      problems.add(at, fmt::format("{} is not a number of runs above 0", shown(value)));
    else if (key == "eta" && value.is_number_integer() && value >= 2 && value <= 1000)
      parsed.eta = value;
    else if (key == "eta")
      problems.add(at, fmt::format("{} is not a whole number from 2 to 1000", shown(value)));
    else
      problems.add(at, fmt::format("unknown key{}", suggestion(key, kKeys)));
  }
  if (problems.empty() && parsed.candidates.empty())
    problems.add(kSearchAdversary,
                 "no \"candidates\"; give a list, as [\"alie\", {\"name\": \"ipm\", \"factor\": [0.1, 1]}]");
  return parsed;
}

// The candidates are the adversary of each run: nothing else may set it.
void check_block(const SweepBlock& block, Problems& problems) {
  if (block.selection)
    problems.add(block.select_at,
                 "a search looks for the worst adversary itself; leave \"select\" out, or the search");
  for (const SweepAxis& axis : block.axes)
    for (const SweepPoint& point : axis) {
      if (point.swept.contains(AdversarySearch::kAxis))
        return problems.add("/sweep",
                            fmt::format("an axis \"{}\" is what the search makes; give it another name",
                                        AdversarySearch::kAxis));
      for (const auto& [pointer, value] : point.settings)
        if (pointer.starts_with("/adversar"))
          return problems.add("/sweep",
                              fmt::format("{} is what the search looks for; drop one of both", pointer));
    }
}

HalvingTask task_of(const AdversarySearch& search, const SearchCell& cell, std::span<const RunConfig> runs) {
  const RunConfig& first = runs[cell.runs.front().front()];
  return {.candidates = cell.runs.size(),
          .rounds = first.rounds,
          .every = first.evaluate_every,
          .eta = search.eta,
          .prolongs = can_be_prolonged(first)};
}

}  // namespace

AdversarySearch read_adversary_search(const Json& block, std::vector<SweepBlock>& blocks,
                                      Problems& problems) {
  AdversarySearch parsed = parse(block, problems);
  for (SweepBlock& each : blocks) {
    check_block(each, problems);
    each.axes.push_back(parsed.candidates);
  }
  return parsed;
}

void check_search(const AdversarySearch& search, std::span<const RunConfig> runs, Problems& problems) {
  for (const RunConfig& run : runs)
    if (const std::string reason = search.metric.empty() ? "" : why_not_judged(run, search.metric);
        !reason.empty()) {
      problems.add(child(kSearchAdversary, std::string("metric")), reason);
      break;
    }
  for (const SearchCell& cell : search_cells(runs)) {
    if (!search_levels(search, cell, runs).empty()) continue;
    const HalvingTask task = task_of(search, cell, runs);
    const double least = static_cast<double>(cell.runs.front().size()) *
                         halving_cost(task, halving_levels(task, most_halvings(task)));
    problems.add(
        child(kSearchAdversary, std::string("budget")),
        fmt::format("{} runs are too few: {} candidates with {} {} each cost at least {:.3g} runs of full "
                    "length; raise it, or eta, or evaluate more often",
                    *search.budget, cell.runs.size(), cell.runs.front().size(),
                    cell.runs.front().size() == 1 ? "seed" : "seeds", std::ceil(least * 100) / 100));
    return;
  }
}

std::vector<SearchCell> search_cells(std::span<const RunConfig> runs) {
  std::vector<SearchCell> cells;
  for (size_t i = 0; i < runs.size(); ++i) {
    Json rest = runs[i].swept;
    const std::string candidate = rest.at(AdversarySearch::kAxis);
    rest.erase(AdversarySearch::kAxis);
    rest.erase("seed");
    auto cell =
        std::find_if(cells.begin(), cells.end(), [&](const SearchCell& c) { return c.swept == rest; });
    if (cell == cells.end()) cell = cells.insert(cells.end(), SearchCell{.swept = rest});
    const auto known = std::find(cell->candidates.begin(), cell->candidates.end(), candidate);
    const size_t place = static_cast<size_t>(known - cell->candidates.begin());
    if (known == cell->candidates.end()) {
      cell->candidates.push_back(candidate);
      cell->runs.emplace_back();
    }
    cell->runs[place].push_back(i);
  }
  return cells;
}

std::vector<HalvingLevel> search_levels(const AdversarySearch& search, const SearchCell& cell,
                                        std::span<const RunConfig> runs) {
  const HalvingTask task = task_of(search, cell, runs);
  const double seeds = static_cast<double>(cell.runs.front().size());
  const auto halvings =
      halvings_within(task, search.budget ? std::optional(*search.budget / seeds) : std::nullopt);
  return halvings ? halving_levels(task, *halvings) : std::vector<HalvingLevel>();
}

Json adversary_search_schema() {
  const Json candidate = {
      {"anyOf", {{{"type", "string"}}, {{"type", "object"}, {"required", Json::array({"name"})}}}}};
  return {{"type", "object"},
          {"properties",
           {{"candidates", {{"type", "array"}, {"minItems", 1}, {"items", candidate}}},
            {"metric", {{"type", "string"}}},
            {"budget", {{"type", "number"}, {"exclusiveMinimum", 0}}},
            {"eta", {{"type", "integer"}, {"minimum", 2}, {"maximum", 1000}}}}},
          {"required", Json::array({"candidates"})},
          {"additionalProperties", false}};
}

}  // namespace varangian
