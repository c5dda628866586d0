#include "experiments/selection_values.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace varangian {
namespace {

using Names = std::vector<std::string>;

// What of a run's swept values the names are about.
Json part_of(const Json& swept, const Names& names) {
  Json part = Json::object();
  for (const std::string& name : names)
    if (swept.contains(name)) part[name] = swept.at(name);
  return part;
}

struct SettingCell {
  Json at;
  std::vector<const RunSummary*> runs;
};
struct Setting {
  Json values;
  std::vector<SettingCell> cells;
};
struct Group {
  Json swept;
  std::vector<Setting> settings;
};

template <typename Item>
Item& found_or_added(std::vector<Item>& items, Json Item::*key, const Json& value) {
  for (Item& item : items)
    if (item.*key == value) return item;
  Item& item = items.emplace_back();
  item.*key = value;
  return item;
}

std::vector<Group> grouped(const SweepSelection& selection, std::span<const RunSummary> runs) {
  std::vector<Group> groups;
  for (const RunSummary& run : runs) {
    Json rest = run.swept;
    rest.erase("seed");
    for (const Names* names : {&selection.over, &selection.worst_over})
      for (const std::string& name : *names) rest.erase(name);
    Group& group = found_or_added(groups, &Group::swept, rest);
    Setting& setting = found_or_added(group.settings, &Setting::values, part_of(run.swept, selection.over));
    found_or_added(setting.cells, &SettingCell::at, part_of(run.swept, selection.worst_over))
        .runs.push_back(&run);
  }
  // What one setting was tried against, all are judged by: no setting gains by a run that was skipped.
  for (Group& group : groups) {
    std::vector<SettingCell> all;
    for (const Setting& setting : group.settings)
      for (const SettingCell& cell : setting.cells) found_or_added(all, &SettingCell::at, cell.at);
    for (Setting& setting : group.settings)
      for (const SettingCell& cell : all) found_or_added(setting.cells, &SettingCell::at, cell.at);
  }
  return groups;
}

bool better(double a, double b, const std::string& column) {
  return higher_is_better(column) ? a > b : a < b;
}

std::optional<double> value_of(const RunSummary& run, const std::string& column) {
  const Json value = run.value(column);
  if (run.status != "completed" && run.status != "diverged") return std::nullopt;
  if (value.is_number()) return value.get<double>();
  return run.status == "diverged" ? std::optional(worst_value(column)) : std::nullopt;
}

std::optional<double> mean_of(const SettingCell& cell, const std::string& column) {
  double sum = 0;
  for (const RunSummary* run : cell.runs)
    if (const auto value = value_of(*run, column))
      sum += *value;
    else
      return std::nullopt;
  return cell.runs.empty() ? std::nullopt : std::optional(sum / static_cast<double>(cell.runs.size()));
}

Json number_or_null(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json();
}

// The column of the test set that tells how good the choice is; "" where nobody looked at the test set.
std::string test_column(const SweepSelection& selection, std::span<const RunSummary> runs) {
  const std::string twin = "test_" + selection.metric.substr(selection.metric.find('_') + 1);
  for (const std::string& column : {std::string("test_accuracy"), twin})
    for (const RunSummary& run : runs)
      if (run.final.is_object() && run.final.contains(column)) return column;
  return "";
}

void note_incomplete(const Setting& setting, const std::string& metric, Json& incomplete) {
  for (const SettingCell& cell : setting.cells) {
    const auto add = [&](const Json& at, const std::string& reason) {
      incomplete.push_back({{"setting", setting.values}, {"at", at}, {"reason", reason}});
    };
    if (cell.runs.empty()) add(cell.at, "not in the sweep, or skipped");
    for (const RunSummary* run : cell.runs) {
      if (value_of(*run, metric)) continue;
      Json at = cell.at;
      if (run->swept.contains("seed")) at["seed"] = run->swept.at("seed");
      add(at, run->status == "completed" ? fmt::format("{} was not a number", metric)
              : run->reason.empty()      ? run->status
                                         : fmt::format("{}: {}", run->status, run->reason));
    }
  }
}

// The worst cell of a setting by a column; null when one has no value.
Json worst_of(const Setting& setting, const std::string& column, double& value) {
  const SettingCell* worst = nullptr;
  for (const SettingCell& cell : setting.cells) {
    const std::optional<double> mean = mean_of(cell, column);
    if (!mean) return Json();
    if (worst != nullptr && !better(value, *mean, column)) continue;
    worst = &cell;
    value = *mean;
  }
  return {{"at", worst->at}, {column, number_or_null(value)}};
}

Json table_row(const Setting& setting, const std::string& metric, const std::string& test,
               const Json& worst) {
  Json cells = Json::array();
  for (const SettingCell& cell : setting.cells) {
    const auto diverged = std::count_if(cell.runs.begin(), cell.runs.end(),
                                        [](const RunSummary* run) { return run->status == "diverged"; });
    Json row = {{"at", cell.at},
                {"runs", cell.runs.size()},
                {"diverged", diverged},
                {metric, number_or_null(mean_of(cell, metric))}};
    if (!test.empty()) row[test] = number_or_null(mean_of(cell, test));
    cells.push_back(std::move(row));
  }
  return {{"setting", setting.values}, {"complete", !worst.is_null()}, {"worst", worst}, {"cells", cells}};
}

Json judged(const Group& group, const std::string& metric, const std::string& test) {
  Json answer = {{"for", group.swept}, {"selected", nullptr}, {"worst", nullptr}, {"worst_test", nullptr}};
  Json table = Json::array(), incomplete = Json::array();
  double best = worst_value(metric);
  for (const Setting& setting : group.settings) {
    double value = best, unused = 0;
    const Json worst = worst_of(setting, metric, value);
    table.push_back(table_row(setting, metric, test, worst));
    if (worst.is_null()) note_incomplete(setting, metric, incomplete);
    if (worst.is_null() || !better(value, best, metric)) continue;
    best = value;
    answer["selected"] = setting.values;
    answer["worst"] = worst;
    answer["worst_test"] = test.empty() ? Json() : worst_of(setting, test, unused);
  }
  answer["settings"] = std::move(table);
  answer["incomplete"] = std::move(incomplete);
  return answer;
}

}  // namespace

Json select_values(const SweepSelection& selection, std::span<const RunSummary> runs) {
  const std::string test = test_column(selection, runs);
  Json groups = Json::array();
  for (const Group& group : grouped(selection, runs)) groups.push_back(judged(group, selection.metric, test));
  return {{"metric", selection.metric},
          {"better", higher_is_better(selection.metric) ? "higher" : "lower"},
          {"over", selection.over},
          {"worst_over", selection.worst_over},
          {"test_metric", test.empty() ? Json() : Json(test)},
          {"groups", groups}};
}

}  // namespace varangian
