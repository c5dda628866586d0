#include "experiments/search_adversary_report.h"

#include "experiments/text_table.h"
#include "record/atomic_file.h"

#include <fmt/ranges.h>

#include <cmath>
#include <map>
#include <set>

namespace varangian {
namespace {

// The cost in runs of full length.
double cost_of(const std::vector<HalvingLevel>& levels, const RunConfig& run, size_t seeds) {
  const HalvingTask task{.rounds = run.rounds, .prolongs = can_be_prolonged(run)};
  return static_cast<double>(seeds) * halving_cost(task, levels);
}

// A combination's part of a file name: what a shell and every file system take.
std::string file_part(const Json& swept) {
  std::string part;
  for (const char c : swept.empty() ? "" : label_of(swept)) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_';
    if (plain || (!part.empty() && part.back() != '-')) part += plain ? c : '-';
  }
  part = part.substr(0, 100);
  while (part.ends_with('-')) part.pop_back();
  return part.empty() ? "" : "-" + part;
}

// The worst adversary against all seeds of the search.
Json config_of(const RunConfig& first, size_t seeds) {
  Json config = first.resolved;
  if (seeds > 1) config["sweep"] = {{"seeds", seeds}};
  return config;
}

Json levels_of(const SearchedCell& searched, const std::string& metric) {
  Json levels = Json::array();
  for (size_t level = 0; level < searched.judged.size(); ++level) {
    Json candidates = Json::array();
    for (const JudgedCandidate& judged : searched.judged[level])
      candidates.push_back({{"adversary", searched.cell.candidates[judged.candidate]},
                            {metric, std::isfinite(judged.value) ? Json(judged.value) : Json()},
                            {"kept", judged.kept}});
    levels.push_back({{"rounds", searched.levels[level].rounds}, {"candidates", candidates}});
  }
  return levels;
}

// Candidates of one adversary that left the same record: a parameter that has no say here.
void note_twins(const SearchedCell& searched, const std::vector<RunConfig>& runs, const std::string& label,
                std::set<std::string>& notes) {
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> twins;
  for (const JudgedCandidate& judged : searched.judged.front()) {
    const RunConfig& run = runs[searched.cell.runs[judged.candidate].front()];
    if (!judged.record.empty())
      twins[{run.adversaries.front().adversary.name, fmt::format("{}", fmt::join(judged.record, " "))}]
          .push_back(searched.cell.candidates[judged.candidate]);
  }
  for (const auto& [key, candidates] : twins)
    if (candidates.size() > 1)
      notes.insert(fmt::format("{}: {} left the same record (see varangian describe {})\n", label,
                               fmt::join(candidates, ", "), key.first));
}

}  // namespace

std::string report_search(const Plan& plan, const AdversarySearchSession& session,
                          const std::filesystem::path& folder) {
  const std::vector<RunConfig>& runs = plan.runs.runs;
  const std::string &metric = session.metric(), axes = heading_of(session.cells().front().cell.swept);
  Json found = Json::array();
  Cells table(1, {axes.empty() ? "for" : axes, "worst adversary", metric, "runs' worth"});
  std::set<std::string> files, notes;
  for (const SearchedCell& searched : session.cells()) {
    const SearchCell& cell = searched.cell;
    const std::string label = cell.swept.empty() ? "all runs" : label_of(cell.swept);
    const size_t seeds = cell.runs.front().size(), all = seeds * cell.runs.size();
    const double cost = cost_of(searched.levels, runs[cell.runs.front().front()], seeds);
    Json entry = {
        {"for", cell.swept}, {"worst", nullptr}, {"undecided", nullptr}, {"cost", cost}, {"grid", all}};
    entry["levels"] = levels_of(searched, metric);
    table.push_back({label, "-", "-", fmt::format("{:.3g} of {}", cost, all)});
    if (!searched.judged.empty()) note_twins(searched, runs, label, notes);
    if (searched.done()) {
      const JudgedCandidate& worst = searched.judged.back().front();
      std::string name = "worst" + file_part(cell.swept);
      while (!files.insert(name).second) name += "-";
      name += ".json";
      const RunConfig& first = runs[cell.runs[worst.candidate].front()];
      write_atomically(folder / name, {config_of(first, seeds).dump(2) + "\n"});
      const Json value = std::isfinite(worst.value) ? Json(worst.value) : Json();
      entry["worst"] = {
          {"adversary", first.resolved.at("adversaries")[0]}, {metric, value}, {"config", name}};
      table.back()[1] = cell.candidates[worst.candidate];
      table.back()[2] = value.is_null() ? "diverged" : fmt::format("{:.4g}", worst.value);
    } else if (!searched.undecided.empty()) {
      entry["undecided"] = searched.undecided;
      notes.insert(fmt::format("{}: not decided: {}\n", label, searched.undecided));
    }
    found.push_back(std::move(entry));
  }
  const Json document = {
      {"adversary", {{"metric", metric}, {"eta", plan.runs.search->eta}, {"found", found}}}};
  write_atomically(folder / "search.json", {document.dump(2) + "\n"});
  std::string text = fmt::format("\nworst adversary by final {}\n\n{}", metric, aligned_text(table));
  for (const std::string& note : notes) text += note;
  return text +
         (files.empty() ? "\n" : fmt::format("\nconfigs of the worst: {}/worst*.json\n", folder.string()));
}

std::string describe_search(const Plan& plan) {
  const std::vector<RunConfig>& runs = plan.runs.runs;
  std::string text;
  std::set<std::string> shown;
  for (const SearchCell& cell : search_cells(runs)) {
    const std::vector<HalvingLevel> levels = search_levels(*plan.runs.search, cell, runs);
    const RunConfig& first = runs[cell.runs.front().front()];
    const size_t seeds = cell.runs.front().size();
    std::string line = "search:";
    for (size_t i = 0; i < levels.size(); ++i)
      line += fmt::format("{} {}{} to round {}", i == 0 ? "" : ",", levels[i].candidates,
                          i > 0                      ? ""
                          : levels[i].candidates > 1 ? " candidates"
                                                     : " candidate",
                          levels[i].rounds);
    line += fmt::format(
        "; worth {:.3g} runs of {} for each combination of the swept values{}\n",
        cost_of(levels, first, seeds), seeds * cell.runs.size(),
        can_be_prolonged(first) ? "" : "; the schedule depends on /rounds, so each level starts anew");
    if (shown.insert(line).second) text += line;
  }
  return text;
}

}  // namespace varangian
