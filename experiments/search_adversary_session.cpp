#include "experiments/search_adversary_session.h"

#include "experiments/check_fit.h"
#include "experiments/judged_columns.h"
#include "record/csv_table.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace varangian {
namespace {

struct ShortRun {
  RunConfig run;
  Identity identity;
};

// A run of the plan as far as a level goes.
ShortRun shortened(const Plan& plan, size_t i, int64_t rounds) {
  ShortRun result{.run = plan.runs.runs[i], .identity = plan.identities[i]};
  result.run.rounds = rounds;
  result.run.resolved["rounds"] = rounds;
  if (!can_be_prolonged(result.run)) result.identity = identify(result.run, plan.device);
  return result;
}

// What a run had recorded when it came to the end of a level, wherever it went from there.
std::vector<double> record_of(const ShortRun& shortened, const CsvTable& table) {
  const std::vector<double>& rounds = *table.column("round");
  const auto row = std::find(rounds.begin(), rounds.end(), static_cast<double>(shortened.run.rounds));
  std::vector<double> record;
  if (row != rounds.end())
    for (const std::vector<double>& column : table.values)
      record.push_back(column[static_cast<size_t>(row - rounds.begin())]);
  return record;
}

// Throws Error when there is none.
double value_of(const ShortRun& shortened, const std::string& metric, std::vector<double>& record) {
  const RunSummary summary = result_of(shortened.run, shortened.identity);
  const bool diverged = summary.status == "diverged";
  if (!diverged && (summary.status == "failed" || summary.rounds_done < shortened.run.rounds))
    throw Error::format("{}{}{}", summary.status, summary.reason.empty() ? "" : ": ", summary.reason);
  const CsvTable table = read_csv_table(summary.folder / "metrics.csv");
  record = record_of(shortened, table);
  const std::vector<double>* column = table.column(metric);
  const double value = record.empty() || column == nullptr
                           ? std::nan("")
                           : record[static_cast<size_t>(column - &table.values[0])];
  if (std::isfinite(value)) return value;
  if (std::isnan(value) && !diverged)
    throw Error::format("{}: {} was not measured in round {}; make /rounds a multiple of /evaluate/every",
                        summary.folder.string(), metric, shortened.run.rounds);
  const Json chance = diverged ? summary.value(metric) : Json();
  return chance.is_number() ? chance.get<double>() : worst_value(metric);
}

}  // namespace

AdversarySearchSession::AdversarySearchSession(Plan& plan, const SweepOptions& options,
                                               const std::atomic<bool>& stop)
    : plan_(plan), options_(options), stop_(stop) {
  const std::vector<RunConfig>& runs = plan.runs.runs;
  metric_ = plan.runs.search->metric.empty() ? default_column(runs.front()) : plan.runs.search->metric;
  for (SearchCell& cell : search_cells(runs)) {
    std::vector<HalvingLevel> levels = search_levels(*plan.runs.search, cell, runs);
    cells_.push_back({.cell = std::move(cell), .levels = std::move(levels)});
  }
}

SweepResult AdversarySearchSession::run() {
  while (run_level())
    for (SearchedCell& cell : cells_)
      if (!cell.done() && cell.undecided.empty()) judge(cell);
  return std::move(result_);
}

std::vector<size_t> SearchedCell::next() const {
  std::vector<size_t> candidates;
  if (judged.empty()) {
    candidates.resize(cell.candidates.size());
    std::iota(candidates.begin(), candidates.end(), 0);
  } else {
    for (const JudgedCandidate& one : judged.back())
      if (one.kept) candidates.push_back(one.candidate);
    std::sort(candidates.begin(), candidates.end());
  }
  return candidates;
}

// The next level of all cells that have one. False when there is none, or the user wants to stop.
bool AdversarySearchSession::run_level() {
  Plan level{.device = plan_.device, .threads = plan_.threads, .plugins = plan_.plugins};
  std::vector<size_t> indices;
  size_t number = 0;
  for (const SearchedCell& cell : cells_) {
    if (cell.done() || !cell.undecided.empty()) continue;
    number = std::max(number, cell.judged.size() + 1);
    const int64_t rounds = cell.levels[cell.judged.size()].rounds;
    for (const size_t candidate : cell.next())
      for (const size_t i : cell.cell.runs[candidate]) {
        ShortRun run = shortened(plan_, i, rounds);
        level.verdicts.push_back(verdict_of(run.run, run.identity));
        level.runs.runs.push_back(std::move(run.run));
        level.identities.push_back(std::move(run.identity));
        indices.push_back(i);
      }
  }
  if (indices.empty() || stop_) {
    result_.interrupted |= stop_;
    return false;
  }
  std::swap(level.data, plan_.data);  // what is read already
  check_fit(level, "/search/adversary");
  std::swap(level.data, plan_.data);
  if (!options_.quiet) tell(stderr, fmt::format("level {}: {} runs\n", number, indices.size()));
  SweepResult ended = SweepSession(level, options_, stop_).run();
  for (SweepResult::Failure& failure : ended.failures)
    result_.failures.push_back({indices[failure.run], std::move(failure.reason)});
  result_.interrupted |= ended.interrupted;
  return !result_.interrupted;
}

// Most harmful first; of equals, which were named first.
void AdversarySearchSession::judge(SearchedCell& cell) {
  const HalvingLevel& level = cell.levels[cell.judged.size()];
  std::vector<JudgedCandidate> judged;
  for (const size_t candidate : cell.next()) {
    judged.push_back({.candidate = candidate});
    const std::vector<size_t>& seeds = cell.cell.runs[candidate];
    for (const size_t i : seeds) {
      try {
        std::vector<double> record;
        judged.back().value +=
            value_of(shortened(plan_, i, level.rounds), metric_, record) / static_cast<double>(seeds.size());
        if (i == seeds.front()) judged.back().record = std::move(record);
      } catch (const std::exception& error) {
        cell.undecided = fmt::format("{} {}: {}", plan_.identities[i].id, label_of(plan_.runs.runs[i].swept),
                                     error.what());
        return;
      }
    }
  }
  std::stable_sort(judged.begin(), judged.end(), [&](const JudgedCandidate& a, const JudgedCandidate& b) {
    return higher_is_better(metric_) ? a.value < b.value : a.value > b.value;
  });
  const size_t next =
      cell.judged.size() + 1 < cell.levels.size() ? cell.levels[cell.judged.size() + 1].candidates : 1;
  for (size_t i = 0; i < judged.size(); ++i) judged[i].kept = i < next;
  cell.judged.push_back(std::move(judged));
}

}  // namespace varangian
