#include "experiments/sweep.h"

#include "core/nearest.h"
#include "experiments/config_file.h"
#include "varangian/error.h"

#include <map>
#include <set>

namespace varangian {
namespace {

constexpr uint64_t kLargestSeed = uint64_t{1} << 53;

// One value of an axis: what it sets, and what it is called in each column of the results.
struct Point {
  std::vector<std::pair<std::string, Json>> settings;
  Json swept = Json::object();
};
using Axis = std::vector<Point>;

class SweepBlock {
 public:
  SweepBlock(const Json& block, std::string at, Problems& problems)
      : at_(std::move(at)), problems_(problems) {
    static const std::vector<std::string> kKeys = {"grid", "zip", "cases", "seeds", "inapplicable"};
    if (!block.is_object()) {
      problems_.add(at_, fmt::format("{} is not a sweep block: an object with grid, zip, cases or seeds",
                                     shown(block)));
      return;
    }
    for (const auto& [key, value] : block.items()) {
      if (key == "cases")
        cases(value);
      else if (key == "grid")
        grid(value);
      else if (key == "zip")
        zip(value);
      else if (key == "seeds")
        seeds_ = whole(value, key);
      else if (key == "inapplicable")
        inapplicable(value);
      else
        problems_.add(child(at_, key), fmt::format("unknown key{}", suggestion(key, kKeys)));
    }
  }

  const std::vector<Axis>& axes() const { return axes_; }
  int64_t seeds() const { return seeds_; }
  const std::string& policy() const { return policy_; }

  /// How many runs, or SIZE_MAX when there are more than can be counted.
  size_t size() const {
    size_t count = static_cast<size_t>(seeds_);
    for (const Axis& axis : axes_)
      if (__builtin_mul_overflow(count, axis.size(), &count)) return SIZE_MAX;
    return count;
  }

 private:
  int64_t whole(const Json& value, const std::string& key) {
    if (value.is_number_integer() && value >= 1 && value <= 100000) return value;
    problems_.add(child(at_, key), fmt::format("{} is not a whole number from 1", shown(value)));
    return 1;
  }

  void inapplicable(const Json& value) {
    static const std::vector<std::string> kPolicies = {"error", "skip", "force"};
    policy_ = value.is_string() ? value.get<std::string>() : "";
    if (policy_ == "force")
      problems_.add(child(at_, std::string("inapplicable")), "\"force\" is not available yet; take \"skip\"");
    if (std::find(kPolicies.begin(), kPolicies.end(), policy_) == kPolicies.end())
      problems_.add(child(at_, std::string("inapplicable")),
                    fmt::format("unknown choice {}{}", shown(value), suggestion(policy_, kPolicies)));
  }

  void cases(const Json& axes) {
    if (!axes.is_object())
      return problems_.add(child(at_, std::string("cases")), "not an object of labelled axes");
    for (const auto& [name, labels] : axes.items()) {
      const std::string at = child(child(at_, std::string("cases")), name);
      Axis axis;
      if (!labels.is_object() || labels.empty()) {
        problems_.add(at, "not an object of labels, each with the settings that it stands for");
        continue;
      }
      for (const auto& [label, settings] : labels.items()) {
        if (!settings.is_object()) {
          problems_.add(child(at, label), "not an object from JSON pointers to values");
          continue;
        }
        Point point;
        for (const auto& [pointer, value] : settings.items()) point.settings.emplace_back(pointer, value);
        point.swept[name] = label;
        axis.push_back(std::move(point));
      }
      axes_.push_back(std::move(axis));
    }
  }

  void grid(const Json& pointers) {
    if (!pointers.is_object())
      return problems_.add(child(at_, std::string("grid")), "not an object from JSON pointers to lists");
    for (const auto& [pointer, values] : pointers.items()) {
      const std::string at = child(child(at_, std::string("grid")), pointer);
      Axis axis;
      if (!values.is_array() || values.empty()) {
        problems_.add(at, fmt::format("{} is not a list of values", shown(values)));
        continue;
      }
      for (const Json& value : values) {
        Point point{.settings = {{pointer, value}}};
        point.swept[pointer] = value;
        axis.push_back(std::move(point));
      }
      axes_.push_back(std::move(axis));
    }
  }

  void zip(const Json& pointers) {
    if (!pointers.is_object())
      return problems_.add(child(at_, std::string("zip")), "not an object from JSON pointers to lists");
    Axis axis;
    bool first = true;
    for (const auto& [pointer, values] : pointers.items()) {
      const std::string at = child(child(at_, std::string("zip")), pointer);
      if (!values.is_array() || values.empty() || (!first && values.size() != axis.size())) {
        problems_.add(at, fmt::format("{} is not a list as long as the others of this zip", shown(values)));
        continue;
      }
      axis.resize(values.size());
      first = false;
      for (size_t i = 0; i < values.size(); ++i) {
        axis[i].settings.emplace_back(pointer, values[i]);
        axis[i].swept[pointer] = values[i];
      }
    }
    if (!axis.empty()) axes_.push_back(std::move(axis));
  }

  std::string at_;
  Problems& problems_;
  std::vector<Axis> axes_;
  int64_t seeds_ = 1;
  std::string policy_ = "error";
};

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
  Expansion(const Json& config, std::string file) : config_(config), file_(std::move(file)) {}

  void add(const SweepBlock& block) {
    for (size_t index = 0; index < block.size(); ++index) add_run(block, index);
  }

  void add_run(const SweepBlock& block, size_t index) {
    Json config = config_, swept = Json::object();
    const int64_t shift = static_cast<int64_t>(index % static_cast<size_t>(block.seeds()));
    size_t rest = index / static_cast<size_t>(block.seeds());
    std::vector<const Point*> points;
    for (auto axis = block.axes().rbegin(); axis != block.axes().rend(); ++axis) {
      points.insert(points.begin(), &(*axis)[rest % axis->size()]);
      rest /= axis->size();
    }
    try {
      for (const Point* point : points) {
        for (const auto& [pointer, value] : point->settings)
          set_at(config, pointer, value, file_ + ": /sweep");
        swept.update(point->swept);
      }
      spell_out(config, file_);
    } catch (const Error& error) {
      if (seen_.insert(error.what()).second) lines_.push_back(error.what());
      return;
    }
    if (block.seeds() > 1) {
      shift_seeds(config, shift);
      swept["seed"] = shift;
    }
    resolve(std::move(config), std::move(swept), block.policy());
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
  std::optional<BreakdownSearch> breakdown;
  if (search.is_object() && search.size() == 1 && search.contains("breakdown"))
    breakdown = parse_breakdown(search.at("breakdown"), sweep, problems);
  else if (!search.is_null())
    problems.add("/search", fmt::format("{} is not {{\"breakdown\": {{...}}}}", shown(search)));
  std::vector<SweepBlock> blocks;
  if (sweep.is_array())
    for (size_t i = 0; i < sweep.size(); ++i) blocks.emplace_back(sweep[i], child("/sweep", i), problems);
  else
    blocks.emplace_back(sweep.is_null() ? Json::object() : sweep, "/sweep", problems);
  if (sweep.is_array() && sweep.empty())
    problems.add("/sweep", "an empty list; leave it out for a single run");
  problems.throw_if_any();

  size_t left = most;
  for (const SweepBlock& block : blocks) {
    if (block.size() > left) throw Error::format("{}: /sweep: more than {} runs", where, most);
    left -= block.size();
  }
  Expansion expansion(config, where);
  for (const SweepBlock& block : blocks) expansion.add(block);
  Runs runs = expansion.finish();
  runs.is_sweep = !sweep.is_null();
  runs.breakdown = std::move(breakdown);
  return runs;
}

}  // namespace varangian
