#include "experiments/comparison/blocks.h"

#include "core/printable.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace varangian {
namespace {

bool is_finished(const RunSummary& run) { return run.status == "completed" || run.status == "diverged"; }

// "3 failed, 1 interrupted"
std::string unfinished(const std::vector<const RunSummary*>& runs) {
  std::map<std::string, size_t> count;
  for (const RunSummary* run : runs)
    if (!is_finished(*run)) ++count[printable(run->status)];
  std::string text;
  for (const auto& [status, runs_of_it] : count)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", runs_of_it, status);
  return text;
}

std::vector<const RunSummary*> latest_of_each_place(const Axes& axes, std::vector<std::string>& notes) {
  std::map<std::string, const RunSummary*> latest;
  size_t older = 0;
  std::string difference;
  for (const RunSummary& run : axes.runs()) {
    const auto [known, fresh] = latest.emplace(place_of(run, axes.names()), &run);
    if (fresh) continue;
    ++older;
    if (const Json changes = Json::diff(known->second->config, run.config);
        difference.empty() && !changes.empty())
      difference = changes[0].value("path", "");
    known->second = &run;
  }
  if (older > 0)
    notes.push_back(fmt::format(
        "{} older {} at the same {} of the sweep left out{}", older, older == 1 ? "run" : "runs",
        older == 1 ? "place" : "places",
        difference.empty() ? "" : fmt::format(" (the configs differ at {})", printable(difference))));
  std::vector<const RunSummary*> runs;
  for (const RunSummary& run : axes.runs())
    if (latest.at(place_of(run, axes.names())) == &run) runs.push_back(&run);
  return runs;
}

// The columns of all records that can be read.
std::vector<std::string> all_columns(const std::vector<const RunSummary*>& runs) {
  std::vector<std::string> columns;
  for (const RunSummary* run : runs)
    if (is_finished(*run))
      for (const std::string& column : measured_columns(*run))
        if (std::find(columns.begin(), columns.end(), column) == columns.end()) columns.push_back(column);
  return columns;
}

void note_rounds(const std::vector<Measured>& runs, std::vector<std::string>& notes) {
  std::set<int64_t> rounds;
  for (const Measured& measured : runs)
    if (measured.value && measured.run->status == "completed") rounds.insert(measured.run->rounds_done);
  if (rounds.size() > 1)
    notes.push_back(fmt::format("the runs do not end after the same number of rounds: {} to {}",
                                *rounds.begin(), *rounds.rbegin()));
}

}  // namespace

Measurements measure_all(const Axes& axes, const std::string& metric) {
  Measurements all;
  const std::vector<const RunSummary*> runs = latest_of_each_place(axes, all.notes);
  const std::string left = unfinished(runs);
  const std::vector<std::string> columns = all_columns(runs);
  if (columns.empty())
    throw Error::format("no finished run with a sound metrics.csv{}", left.empty() ? "" : " (" + left + ")");
  if (!left.empty()) all.notes.push_back(fmt::format("not finished, and left out: {}", left));
  all.measure = parse_measure(metric.empty() ? "final_accuracy" : metric, columns);
  size_t damaged = 0;
  for (const RunSummary* run : runs) {
    all.runs.push_back({run, std::nullopt});
    if (!is_finished(*run)) continue;
    try {
      all.runs.back().value = value_of(read_curve(*run, all.measure), all.measure);
    } catch (const Error& error) {
      fmt::print(stderr, "warning: {}: left out\n", error.what());
      ++damaged;
    }
  }
  if (damaged > 0)
    all.notes.push_back(fmt::format("without a sound record of {}, and left out: {} finished {}",
                                    all.measure.column, damaged, damaged == 1 ? "run" : "runs"));
  if (damaged == static_cast<size_t>(std::count_if(runs.begin(), runs.end(),
                                                   [](const RunSummary* run) { return is_finished(*run); })))
    throw Error::format("--metric: no finished run has measured {}", all.measure.column);
  note_rounds(all.runs, all.notes);
  return all;
}

Blocks make_blocks(const Axes& axes, const Measurements& measurements, const std::string& by,
                   const std::string& attack_axis, Replicates replicates) {
  Blocks blocks{.by = by, .held = axes.held(by)};
  for (const Measured& measured : measurements.runs)
    if (measured.run->swept.contains(by)) blocks.levels.push_back(value_label(value_on(*measured.run, by)));
  blocks.without_axis = measurements.runs.size() - blocks.levels.size();
  sort_labels(blocks.levels);
  if (blocks.levels.size() < 2)
    throw Error::format("--by {}: all runs have the same value, {}; there is nothing to compare", by,
                        blocks.levels.empty() ? "none" : blocks.levels.front());

  for (const std::string& axis : axes.names())
    if (axis != by && std::find(blocks.held.begin(), blocks.held.end(), axis) == blocks.held.end() &&
        std::any_of(axes.runs().begin(), axes.runs().end(), [&](const RunSummary& run) {
          return value_on(run, axis) != value_on(axes.runs().front(), axis);
        }))
      blocks.following.push_back(axis_label(axis));

  const std::string seed_axis = axes.seed_axis();
  constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
  std::map<std::string, PairedBlock> all;
  std::map<std::string, std::string> seeds;
  for (const auto& [run, value] : measurements.runs) {
    if (!run->swept.contains(by)) continue;
    const std::string place = place_of(*run, blocks.held);
    PairedBlock& block =
        all.emplace(place, PairedBlock{.place = place,
                                       .values = std::vector<double>(blocks.levels.size(), kMissing)})
            .first->second;
    if (!attack_axis.empty()) block.attack = value_label(value_on(*run, attack_axis));
    seeds[place] = seed_axis.empty() ? "" : value_label(value_on(*run, seed_axis));
    const auto level = std::find(blocks.levels.begin(), blocks.levels.end(), value_label(value_on(*run, by)));
    if (value) block.values[static_cast<size_t>(level - blocks.levels.begin())] = *value;
  }

  std::map<std::string, size_t> units;
  for (auto& [place, block] : all) {
    bool complete = true;
    for (size_t i = 0; i < block.values.size(); ++i)
      if (std::isnan(block.values[i])) {
        ++blocks.lacking[blocks.levels[i]];
        complete = false;
      }
    if (!complete) {
      ++blocks.incomplete;
      continue;
    }
    block.unit =
        units.emplace(replicates == Replicates::seeds ? seeds[place] : place, units.size()).first->second;
    blocks.complete.push_back(std::move(block));
  }
  blocks.units = units.size();
  if (blocks.complete.empty()) {
    std::string lacking;
    for (const auto& [level, count] : blocks.lacking)
      lacking += fmt::format("{}{} in {}", lacking.empty() ? "" : ", ", level, count);
    throw Error::format(
        "--by {}: nowhere do all {} values have a finished run with all else equal ({} combinations of {}; "
        "missing: {}); --only {}=VALUE,VALUE compares some of them",
        by, blocks.levels.size(), blocks.incomplete,
        blocks.held.empty() ? "nothing" : fmt::format("{}", fmt::join(blocks.held, ", ")), lacking, by);
  }
  return blocks;
}

}  // namespace varangian
