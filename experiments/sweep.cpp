#include "experiments/sweep.h"

#include "experiments/config_file.h"
#include "experiments/hold.h"
#include "experiments/sweep_block.h"
#include "varangian/error.h"

#include <map>
#include <set>

namespace varangian {
namespace {

constexpr uint64_t kLargestSeed = uint64_t{1} << 53;

// Seeds shift all five streams together. What is no seed is left for the grammar to refuse.
void shift_seeds(Json& config, int64_t by) {
  Json& seed = config["seed"];
  if (!seed.is_object()) seed = Json::object();
  for (const char* stream : {"data", "init", "batches", "adversary", "rule"}) {
    const Json first = seed.contains(stream) ? seed[stream] : Json(0u);
    if (first.is_number_unsigned() && first.get<uint64_t>() <= kLargestSeed)
      seed[stream] = first.get<uint64_t>() + static_cast<uint64_t>(by);
  }
}

std::string described(const Json& swept) {
  std::string text;
  for (const auto& [axis, value] : swept.items())
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", axis,
                        value.is_string() ? value.get<std::string>() : shown(value));
  return text;
}

class Expansion {
 public:
  Expansion(const Json& config, std::string file, const Hold& hold)
      : config_(config), file_(std::move(file)), hold_(hold) {}

  void add(const SweepBlock& block) {
    const size_t first = runs_.runs.size();
    for (size_t index = 0; index < block.size(); ++index) add_run(block, index);
    if (!block.selection) return;
    SweepSelection selection = *block.selection;
    selection.first = first;
    selection.last = runs_.runs.size();
    Problems problems(file_);
    check_metric(selection, block.select_at, std::span(runs_.runs).subspan(first), problems);
    lines_.insert(lines_.end(), problems.lines().begin(), problems.lines().end());
    runs_.selections.push_back(std::move(selection));
  }

  void add_run(const SweepBlock& block, size_t index) {
    Json config = config_, swept = Json::object();
    const int64_t shift = static_cast<int64_t>(index % static_cast<size_t>(block.seeds));
    size_t rest = index / static_cast<size_t>(block.seeds);
    std::vector<const SweepPoint*> points;
    for (auto axis = block.axes.rbegin(); axis != block.axes.rend(); ++axis) {
      points.insert(points.begin(), &(*axis)[rest % axis->size()]);
      rest /= axis->size();
    }
    try {
      for (const SweepPoint* point : points) {
        for (const auto& [pointer, value] : point->settings)
          set_at(config, pointer, value, file_ + ": /sweep");
        swept.update(point->swept);
      }
      spell_out(config, file_);
    } catch (const Error& error) {
      if (seen_.insert(error.what()).second) lines_.push_back(error.what());
      return;
    }
    hold_.apply(config);
    if (block.seeds > 1) {
      shift_seeds(config, shift);
      swept["seed"] = shift;
    }
    resolve(std::move(config), std::move(swept), block.policy);
  }

  void resolve(Json config, Json swept, const std::string& policy) {
    Problems problems(file_);
    std::vector<Inapplicable> inapplicable;
    RunConfig run = resolve_run(std::move(config), problems, policy == "skip" ? &inapplicable : nullptr);
    if (!problems.empty()) {
      // The same mistake in many runs of a sweep is shown once, with the first run that has it.
      for (const std::string& line : problems.lines())
        if (seen_.insert(line).second)
          lines_.push_back(swept.empty() ? line
                                         : fmt::format("{} (in the run with {})", line, described(swept)));
      return;
    }
    if (!inapplicable.empty()) {
      runs_.skipped.push_back({swept, inapplicable.front().reason});
      return;
    }
    run.swept = swept;
    Json content = run.resolved;
    const auto [twin, fresh] = twins_.emplace(content.dump(), described(swept));
    if (!fresh)
      lines_.push_back(fmt::format("{}: /sweep: the runs with {} and with {} are the same; drop one", file_,
                                   twin->second, described(swept)));
    runs_.runs.push_back(std::move(run));
  }

  Runs finish() {
    std::string all;
    for (const std::string& line : lines_) all += (all.empty() ? "" : "\n") + line;
    if (!lines_.empty()) throw Error(all);
    return std::move(runs_);
  }

 private:
  const Json& config_;
  std::string file_;
  const Hold& hold_;
  Runs runs_;
  std::set<std::string> seen_;
  std::map<std::string, std::string> twins_;
  std::vector<std::string> lines_;
};

}  // namespace

Runs expand(const std::filesystem::path& file, const std::vector<std::pair<std::string, Json>>& settings,
            size_t most) {
  return expand(read_config(file), file.string(), settings, most);
}

Runs expand(Json config, const std::string& where, const std::vector<std::pair<std::string, Json>>& settings,
            size_t most) {
  std::string wrong;
  for (const auto& [pointer, value] : settings) {
    try {
      set_at(config, pointer, value, where + ": --set");
    } catch (const Error& error) {
      wrong += (wrong.empty() ? "" : "\n") + std::string(error.what());
    }
  }
  if (!wrong.empty()) throw Error(wrong);
  spell_out(config, where);
  Json sweep = config.contains("sweep") ? config["sweep"] : Json();
  const Json search = config.contains("search") ? config["search"] : Json();
  config.erase("sweep");
  config.erase("search");

  Problems problems(where);
  const std::string question = search.is_object() && search.size() == 1 ? search.begin().key() : "";
  if (!search.is_null() && question != "adversary" && question != "breakdown")
    problems.add("/search",
                 fmt::format("{} is not an object with \"adversary\" or \"breakdown\"", shown(search)));
  std::optional<BreakdownSearch> breakdown;
  Hold hold;
  if (question == "breakdown") {
    breakdown = parse_breakdown(search.at(question), sweep, problems);
    if (search.at(question).is_object() && search.at(question).contains("hold"))
      hold = parse_hold(search.at(question).at("hold"), "/search/breakdown/hold", config, problems);
  }
  std::vector<SweepBlock> blocks;
  if (sweep.is_array())
    for (size_t i = 0; i < sweep.size(); ++i)
      blocks.push_back(read_block(sweep[i], child("/sweep", i), problems));
  else
    blocks.push_back(read_block(sweep.is_null() ? Json::object() : sweep, "/sweep", problems));
  if (sweep.is_array() && sweep.empty())
    problems.add("/sweep", "an empty list; leave it out for a single run");
  std::optional<AdversarySearch> adversary;
  if (question == "adversary") adversary = read_adversary_search(search.at(question), blocks, problems);
  problems.throw_if_any();

  size_t count = 0;
  for (const SweepBlock& block : blocks)
    if (__builtin_add_overflow(count, block.size(), &count)) count = SIZE_MAX;
  if (count > most)
    throw Error::format("{}: /sweep: more than {} runs: {}; leave out values, or make several configs of it",
                        where, most, count == SIZE_MAX ? "beyond counting" : std::to_string(count));
  Expansion expansion(config, where, hold);
  for (const SweepBlock& block : blocks) expansion.add(block);
  Runs runs = expansion.finish();
  runs.is_sweep = !sweep.is_null() || adversary;
  if (adversary) check_search(*adversary, runs.runs, problems);
  if (breakdown) check_breakdown(*breakdown, runs.runs, problems);
  problems.throw_if_any();
  runs.search = std::move(adversary);
  runs.breakdown = std::move(breakdown);
  return runs;
}

}  // namespace varangian
