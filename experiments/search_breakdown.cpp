#include "experiments/search_breakdown.h"

#include "core/nearest.h"
#include "experiments/commands.h"
#include "experiments/run_summary.h"
#include "experiments/status_line.h"
#include "experiments/sweep_session.h"
#include "experiments/text_table.h"
#include "record/atomic_file.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace varangian {
namespace {

// One combination of the other swept values, and its runs by level and seed.
struct BreakdownCell {
  Json swept;
  std::vector<Json> levels;                 ///< those at which it has runs
  std::vector<std::vector<size_t>> runs;    ///< [level][seed], into the plan
  std::vector<std::vector<double>> values;  ///< of the runs that are done, NaN where there is no number
  std::string failure;

  double clean() const {
    double sum = 0;
    for (const double value : values[0]) sum += value;
    return sum / static_cast<double>(values[0].size());
  }
  size_t done() const {
    size_t count = 0;
    for (const auto& level : values) count += level.size();
    return count;
  }
};

std::vector<BreakdownCell> cells_of(const Plan& plan, const BreakdownSearch& search) {
  std::vector<BreakdownCell> cells;
  std::map<std::string, size_t> known;
  for (size_t i = 0; i < plan.runs.runs.size(); ++i) {
    Json swept = plan.runs.runs[i].swept;
    const Json level = swept.at(search.over);
    swept.erase(search.over);
    swept.erase("seed");
    const auto [place, fresh] = known.try_emplace(swept.dump(), cells.size());
    if (fresh) cells.push_back({.swept = swept});
    BreakdownCell& cell = cells[place->second];
    if (cell.levels.empty() || cell.levels.back() != level) {
      cell.levels.push_back(level);
      cell.runs.emplace_back();
    }
    cell.runs.back().push_back(i);
  }
  return cells;
}

// NaN where a run diverged, or failed. A column may depend on the data (a class that there is not): not
// measured is no answer.
double metric_value(const RunSummary& run, const std::string& column) {
  if (run.status == "completed" && run.final.is_object() && !run.final.contains(column)) {
    std::vector<std::string> known;
    for (const auto& [name, value] : run.final.items()) known.push_back(name);
    throw Error::format("/search/breakdown/until: no run has \"{}\"{}", column, suggestion(column, known));
  }
  const Json value = run.value(column);
  return value.is_number() ? value.get<double>() : std::nan("");
}

// Seeds count in their order, so that the answer does not depend on which run ended first.
void read_values(std::vector<BreakdownCell>& cells, const Plan& plan, const BreakdownSearch& search) {
  std::map<std::string, RunSummary> known;
  const std::filesystem::path folder =
      folder_of(plan.runs.runs.front(), plan.identities.front()).parent_path();
  if (std::filesystem::is_directory(folder))
    for (RunSummary& run : find_runs(folder)) known.emplace(run.id, std::move(run));
  for (BreakdownCell& cell : cells) {
    cell.values.assign(cell.levels.size(), {});
    for (size_t level = 0; level < cell.levels.size(); ++level)
      for (const size_t run : cell.runs[level]) {
        const auto found = known.find(plan.identities[run].id);
        if (found == known.end() || plan.verdicts[run].starts) break;
        cell.values[level].push_back(metric_value(found->second, search.column(plan.runs.runs[run])));
      }
  }
}

std::vector<LevelCount> counts_of(const BreakdownCell& cell, const BreakdownSearch& search) {
  std::vector<LevelCount> counts(cell.levels.size());
  for (size_t level = 0; level < counts.size(); ++level)
    for (const double value : cell.values[level])
      ++(search.breaks(value, cell.clean()) ? counts[level].broke : counts[level].survived);
  return counts;
}

// The runs that this combination needs now; none when its answer is known.
std::vector<size_t> wanted(const BreakdownCell& cell, const BreakdownSearch& search) {
  if (!cell.failure.empty()) return {};
  size_t level = 0, count = cell.runs[0].size();  // what "clean" means is known first
  if (cell.values[0].size() == count || !search.relative) {
    const std::vector<LevelCount> counts = counts_of(cell, search);
    const std::optional<size_t> next = next_level(counts, search.seeds);
    if (!next) return {};
    level = *next;
    const int64_t agreeing = std::max(counts[level].survived, counts[level].broke);
    count = cell.values[level].size() +
            static_cast<size_t>(std::max<int64_t>(1, search.seeds / 2 + 1 - agreeing));
  }
  const std::vector<size_t>& runs = cell.runs[level];
  return {runs.begin() + static_cast<long>(cell.values[level].size()),
          runs.begin() + static_cast<long>(std::min(count, runs.size()))};
}

Json level_or_null(const BreakdownCell& cell, const std::optional<size_t>& level) {
  return level ? cell.levels[*level] : Json();
}

Json answer_of(const BreakdownCell& cell, const BreakdownSearch& search) {
  const std::vector<LevelCount> counts = counts_of(cell, search);
  const BreakingPoint point = breaking_point(counts, search.seeds);
  Json levels = Json::array();
  for (size_t i = 0; i < counts.size(); ++i)
    if (!cell.values[i].empty())
      levels.push_back({{"level", cell.levels[i]},
                        {"survived", counts[i].survived},
                        {"broke", counts[i].broke},
                        {"values", cell.values[i]}});
  return {{"swept", cell.swept},
          {"clean", cell.clean()},
          {"survives", level_or_null(cell, point.survives)},
          {"breaks", level_or_null(cell, point.breaks)},
          {"surely_survives", level_or_null(cell, point.surely_survives)},
          {"surely_breaks", level_or_null(cell, point.surely_breaks)},
          {"monotone", point.monotone},
          {"runs", cell.done()},
          {"failure", cell.failure.empty() ? Json() : Json(cell.failure)},
          {"levels", levels}};
}

std::string table_of(const Json& answers, const std::vector<BreakdownCell>& cells,
                     const BreakdownSearch& search) {
  Cells rows(1, {"for"});
  rows[0].insert(rows[0].end(), {"survives", "breaks at", "surely in", "runs"});
  bool doubtful = false;
  for (size_t i = 0; i < cells.size(); ++i) {
    const Json& answer = answers[i];
    const auto text = [&](const char* key, const char* none) {
      return answer.at(key).is_null() ? std::string(none) : shown(answer.at(key));
    };
    const bool again = !answer.at("monotone").get<bool>();
    doubtful |= again;
    const size_t runnable = cells[i].levels.size();
    const bool limited = answer.at("breaks").is_null() && runnable < search.levels.size();
    rows.push_back({label_of(cells[i].swept), text("survives", "none") + (again ? "*" : ""),
                    limited ? "cannot run at " + shown(search.levels[runnable]) : text("breaks", "beyond"),
                    fmt::format("[{}, {})", text("surely_survives", "-"), text("surely_breaks", "-")),
                    std::to_string(cells[i].done())});
  }
  return fmt::format(
      "\nhow much of {} is survived\n\n{}{}", search.over, aligned_text(rows),
      doubtful ? "* and at a level above the break it survives again: see breakdown.json\n" : "");
}

}  // namespace

int search_breakdown(Plan& plan, const BreakdownSearch& search, const RunOptions& options,
                     const std::atomic<bool>& stop) {
  const std::filesystem::path folder =
      folder_of(plan.runs.runs.front(), plan.identities.front()).parent_path();
  std::vector<BreakdownCell> cells = cells_of(plan, search);
  bool failed = false;
  while (!stop) {
    for (size_t i = 0; i < plan.verdicts.size(); ++i)
      plan.verdicts[i] = verdict_of(plan.runs.runs[i], plan.identities[i]);
    read_values(cells, plan, search);
    std::vector<size_t> batch;
    size_t answered = 0;
    for (const BreakdownCell& cell : cells) {
      const std::vector<size_t> runs = wanted(cell, search);
      answered += runs.empty();
      batch.insert(batch.end(), runs.begin(), runs.end());
    }
    if (batch.empty()) break;
    if (!options.sweep.quiet)
      tell(stderr, fmt::format("{} of {} breaking points found; the next {} runs\n", answered, cells.size(),
                               batch.size()));
    Plan part = part_of(plan, batch);
    SweepResult result = SweepSession(part, options.sweep, stop).run();
    if (result.interrupted) break;
    for (const auto& [run, reason] : result.failures) {
      failed = true;
      for (BreakdownCell& cell : cells)
        for (const auto& level : cell.runs)
          if (std::find(level.begin(), level.end(), batch[run]) != level.end()) cell.failure = reason;
    }
  }
  if (stop) {
    tell(stderr, "interrupted; the same command goes on from the checkpoints\n");
    return kInterrupted;
  }
  Json answers = Json::array();
  size_t runs = 0;
  for (const BreakdownCell& cell : cells) {
    answers.push_back(answer_of(cell, search));
    runs += cell.done();
  }
  write_atomically(folder / "breakdown.json", {Json{{"over", search.over},
                                                    {"metric", search.metric},
                                                    {"bound", search.bound},
                                                    {"of_clean", search.relative},
                                                    {"below", search.below},
                                                    {"seeds", search.seeds},
                                                    {"runs", runs},
                                                    {"grid", plan.runs.runs.size()},
                                                    {"answers", answers}}
                                                   .dump(2) +
                                               "\n"});
  if (!options.sweep.quiet)
    tell(stdout, fmt::format("{}\n{} of the {} runs of the grid were needed\nresults: {}\n",
                             table_of(answers, cells, search), runs, plan.runs.runs.size(), folder.string()));
  for (const BreakdownCell& cell : cells)
    if (!cell.failure.empty())
      tell(stderr, fmt::format("no answer: {}: {}\n", label_of(cell.swept), cell.failure));
  return failed ? kRunFailed : kDone;
}

}  // namespace varangian
