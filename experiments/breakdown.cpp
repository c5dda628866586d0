#include "experiments/breakdown.h"

#include "core/nearest.h"
#include "experiments/judged_columns.h"

#include <algorithm>
#include <cmath>
#include <regex>

namespace varangian {
namespace {

const std::string kSearchBreakdown = "/search/breakdown";

std::vector<Json> levels_of(const Json& given, Problems& problems) {
  std::vector<Json> levels;
  if (given.is_array()) {
    levels.assign(given.begin(), given.end());
  } else if (given.is_object() && given.contains("from") && given.contains("to")) {
    const Json from = given["from"], to = given["to"], step = given.value("step", Json(1));
    constexpr int64_t kLargest = int64_t{1} << 53, kMost = 10000;
    const auto fits = [](const Json& number, int64_t least) {
      return number.is_number_integer() && number >= least && number <= kLargest;
    };
    if (fits(from, -kLargest) && fits(to, -kLargest) && fits(step, 1) && to >= from)
      for (int64_t i = 0; i <= (to.get<int64_t>() - from.get<int64_t>()) / step.get<int64_t>(); ++i) {
        if (i == kMost) {
          levels.clear();
          break;
        }
        levels.emplace_back(from.get<int64_t>() + i * step.get<int64_t>());
      }
  }
  if (levels.size() < 2)
    problems.add(kSearchBreakdown + "/levels",
                 "want a list of two values or more, the harmless one first, or whole numbers "
                 "{\"from\": 0, \"to\": 7, \"step\": 1}, 10000 at most");
  return levels;
}

void read_until(const Json& given, BreakdownSearch& search, Problems& problems) {
  static const std::regex kForm(R"(\s*(\w+)\s*([<>])\s*([0-9.eE+-]+)\s*(\*\s*clean)?\s*)");
  std::smatch part;
  const std::string text = given.is_string() ? given.get<std::string>() : "";
  char* end = nullptr;
  constexpr size_t kLongest = 200;  // std::regex goes deeper with every letter
  if (text.size() <= kLongest && std::regex_match(text, part, kForm)) {
    const std::string number = part[3];
    search.metric = part[1];
    search.below = part[2] == "<";
    search.bound = std::strtod(number.c_str(), &end);
    search.relative = part[4].matched;
    if (*end == '\0' && std::isfinite(search.bound)) return;
  }
  problems.add(kSearchBreakdown + "/until",
               fmt::format("{} is not of the form \"final_accuracy < 0.5 * clean\" or \"test_loss > 2\"",
                           shown(given)));
}

// The levels come last, so that the axes before them name the answers.
void lay_on(const BreakdownSearch& search, Json& sweep, Problems& problems) {
  if (sweep.is_null()) sweep = Json::object();
  const auto one = [&](Json& block, const std::string& at) {
    if (!block.is_object()) return;  // told by who reads the block
    for (const char* axes : {"grid", "zip"})
      if (block.contains(axes) && block[axes].is_object() && block[axes].contains(search.over))
        problems.add(child(child(at, std::string(axes)), search.over),
                     "the search varies this one; leave it out");
    if (block.contains("seeds"))
      problems.add(child(at, std::string("seeds")),
                   "the search varies seeds; give their number in " + kSearchBreakdown + "/seeds");
    if (!block.contains("grid")) block["grid"] = Json::object();
    if (block["grid"].is_object()) block["grid"][search.over] = search.levels;
    block["seeds"] = search.seeds;
  };
  if (sweep.is_array())
    for (size_t i = 0; i < sweep.size(); ++i) one(sweep[i], child("/sweep", i));
  else
    one(sweep, "/sweep");
}

bool unanimous(const LevelCount& count) { return count.survived == 0 || count.broke == 0; }

}  // namespace

bool BreakdownSearch::breaks(double value, double clean) const {
  const double limit = relative ? bound * clean : bound;
  return !(below ? value >= limit : value <= limit);  // what is no number is broken
}

std::string BreakdownSearch::column(const RunConfig& run) const {
  if (!metric.starts_with("final_")) return metric;
  const auto on = std::find(run.evaluate_on.begin(), run.evaluate_on.end(), Split::test);
  return (on != run.evaluate_on.end() ? "test_" : "validation_") + metric.substr(6);
}

void check_breakdown(const BreakdownSearch& search, std::span<const RunConfig> runs, Problems& problems) {
  for (const RunConfig& run : runs)
    if (const std::string reason = why_not_judged(run, search.column(run)); !reason.empty())
      return problems.add(kSearchBreakdown + "/until", reason);
}

BreakdownSearch parse_breakdown(const Json& block, Json& sweep, Problems& problems) {
  static const std::vector<std::string> kKeys = {"over", "levels", "until", "seeds", "hold"};
  BreakdownSearch search;
  if (!block.is_object()) {
    problems.add(kSearchBreakdown,
                 fmt::format("{} is not an object with over, levels and until", shown(block)));
    return search;
  }
  for (const auto& [key, value] : block.items())
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end())
      problems.add(child(kSearchBreakdown, key), fmt::format("unknown key{}", suggestion(key, kKeys)));
  const Json over = block.value("over", Json()), seeds = block.value("seeds", Json(3));
  if (over.is_string() && over.get<std::string>().starts_with("/"))
    search.over = over;
  else
    problems.add(kSearchBreakdown + "/over",
                 fmt::format("{} is not a JSON pointer, as \"/workers/byzantine\"", shown(over)));
  if (seeds.is_number_integer() && seeds >= 1 && seeds <= 1000)
    search.seeds = seeds;
  else
    problems.add(kSearchBreakdown + "/seeds", fmt::format("{} is not a whole number from 1", shown(seeds)));
  search.levels = levels_of(block.value("levels", Json()), problems);
  read_until(block.value("until", Json()), search, problems);
  if (!search.over.empty()) lay_on(search, sweep, problems);
  return search;
}

Json breakdown_schema() {
  const Json whole = {{"type", "integer"}}, text = {{"type", "string"}};
  const Json range = {{"type", "object"},
                      {"properties", {{"from", whole}, {"to", whole}, {"step", whole}}},
                      {"required", {"from", "to"}},
                      {"additionalProperties", false}};
  return {{"type", "object"},
          {"properties",
           {{"over", text},
            {"levels", {{"anyOf", {{{"type", "array"}, {"minItems", 2}}, range}}}},
            {"until", text},
            {"hold",
             {{"anyOf",
               {{{"enum", {"shard_size", "total_batch", "data_set"}}},
                {{"type", "array"}, {"items", {{"enum", {"shard_size", "total_batch", "data_set"}}}}}}}}},
            {"seeds", {{"type", "integer"}, {"minimum", 1}}}}},
          {"required", {"over", "levels", "until"}},
          {"additionalProperties", false}};
}

LevelState state_of(const LevelCount& count, int64_t seeds) {
  if (2 * count.survived > seeds) return LevelState::survives;
  return 2 * count.broke >= seeds ? LevelState::breaks : LevelState::open;
}

std::optional<size_t> next_level(const std::vector<LevelCount>& counts, int64_t seeds) {
  const auto state = [&](size_t level) { return state_of(counts[level], seeds); };
  const size_t last = counts.size() - 1;
  for (const size_t end : {size_t{0}, last}) {
    if (state(end) == LevelState::open) return end;
    if (state(0) == LevelState::breaks) return std::nullopt;
  }
  size_t survives = 0, breaks = last;
  if (state(last) == LevelState::survives) survives = last, breaks = last + 1;
  while (breaks - survives > 1) {
    const size_t middle = (survives + breaks) / 2;
    if (state(middle) == LevelState::open) return middle;
    (state(middle) == LevelState::survives ? survives : breaks) = middle;
  }
  const size_t below = survives / 2, above = std::min((breaks + last + 1) / 2, last);
  for (const size_t level : {below, above})
    if (state(level) == LevelState::open) return level;
  if (!breaking_point(counts, seeds).monotone)
    for (size_t level = 0; level <= last; ++level)
      if (state(level) == LevelState::open) return level;
  return std::nullopt;
}

BreakingPoint breaking_point(const std::vector<LevelCount>& counts, int64_t seeds) {
  BreakingPoint point;
  bool sure = true;
  for (size_t level = 0; level < counts.size(); ++level) {
    const LevelState state = state_of(counts[level], seeds);
    if (state == LevelState::open) continue;
    if (state == LevelState::survives) {
      if (point.breaks)
        point.monotone = false;
      else
        point.survives = level;
    } else if (!point.breaks) {
      point.breaks = level;
    }
    sure &= state == LevelState::survives && unanimous(counts[level]);
    if (sure) point.surely_survives = level;
    const bool surely_broken = state == LevelState::breaks && unanimous(counts[level]);
    if (!surely_broken)
      point.surely_breaks.reset();
    else if (!point.surely_breaks)
      point.surely_breaks = level;
  }
  return point;
}

}  // namespace varangian
