#include "experiments/results_table.h"

#include "experiments/plan.h"
#include "experiments/text_table.h"

#include <algorithm>
#include <map>

namespace varangian {
namespace {

namespace fs = std::filesystem;

enum class Digits { four, all };  // a table is for the eye, csv for other programs

std::string text_of(const Json& value, Digits digits) {
  if (value.is_null()) return "";
  if (value.is_number_float() && digits == Digits::four) return fmt::format("{:.4g}", value.get<double>());
  return value.is_string() ? value.get<std::string>() : value.dump();
}

Cells cells_of(const std::vector<RunSummary>& runs, Digits digits) {
  const std::vector<std::string> axes = keys_of(runs, &RunSummary::swept),
                                 columns = keys_of(runs, &RunSummary::final);
  Cells rows(1, {"run"});
  rows[0].insert(rows[0].end(), axes.begin(), axes.end());
  rows[0].insert(rows[0].end(), {"status", "rounds"});
  for (const std::string& column : columns)
    if (column != "round") rows[0].push_back(column);
  for (const RunSummary& run : runs) {
    std::vector<std::string> row = {run.id};
    for (const std::string& axis : axes) row.push_back(text_of(run.swept.value(axis, Json()), Digits::all));
    row.insert(row.end(), {run.status, std::to_string(run.rounds_done)});
    for (const std::string& column : columns)
      if (column != "round") row.push_back(text_of(run.value(column), digits));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

std::string as_table(const std::vector<RunSummary>& runs) {
  return aligned_text(cells_of(runs, Digits::four));
}

std::string as_csv(const std::vector<RunSummary>& runs) { return csv_text(cells_of(runs, Digits::all)); }

std::string as_json(const std::vector<RunSummary>& runs) {
  Json all = Json::array();
  for (const RunSummary& run : runs)
    all.push_back({{"run", run.id},
                   {"name", run.name},
                   {"folder", run.folder.string()},
                   {"swept", run.swept},
                   {"status", run.status},
                   {"reason", run.reason.empty() ? Json() : Json(run.reason)},
                   {"rounds", run.rounds_done},
                   {"chance_accuracy", run.chance_accuracy},
                   {"final", run.final}});
  return all.dump(2) + "\n";
}

std::string final_table(const fs::path& folder, const std::vector<std::string>& ids) {
  std::vector<RunSummary> runs;
  for (RunSummary& run : find_runs(folder))
    if (std::find(ids.begin(), ids.end(), run.id) != ids.end()) runs.push_back(std::move(run));
  std::sort(runs.begin(), runs.end(), [&](const RunSummary& a, const RunSummary& b) {
    return std::find(ids.begin(), ids.end(), a.id) < std::find(ids.begin(), ids.end(), b.id);
  });
  const std::vector<std::string> columns = keys_of(runs, &RunSummary::final);
  std::string shown_column = "train_loss";
  for (const char* column : {"test_accuracy", "validation_accuracy", "test_loss", "validation_loss"})
    if (std::find(columns.begin(), columns.end(), column) != columns.end()) {
      shown_column = column;
      break;
    }

  // Runs with other axes than the first one's, or with gaps, make no table of two sides: a list reads better.
  std::string first_axis;
  std::vector<std::string> row_names, column_names;
  std::map<std::pair<std::string, std::string>, std::vector<const RunSummary*>> cells;
  const auto remember = [](std::vector<std::string>& names, const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const RunSummary& run : runs) {
    Json others = run.swept;
    others.erase("seed");
    if (others.empty() || (!first_axis.empty() && others.begin().key() != first_axis))
      return "\n" + as_table(runs);
    first_axis = others.begin().key();
    const std::string row = text_of(others.begin().value(), Digits::all);
    others.erase(first_axis);
    const std::string column = others.empty() ? shown_column : label_of(others);
    remember(row_names, row);
    remember(column_names, column);
    cells[{row, column}].push_back(&run);
  }
  if (cells.size() < row_names.size() * column_names.size()) return "\n" + as_table(runs);

  Cells table(1, {first_axis});
  table[0].insert(table[0].end(), column_names.begin(), column_names.end());
  bool any_diverged = false, any_unfinished = false;
  for (const std::string& row : row_names) {
    table.push_back({row});
    for (const std::string& column : column_names) {
      double sum = 0;
      size_t count = 0;
      bool diverged = false, unfinished = false;
      for (const RunSummary* run : cells[{row, column}]) {
        diverged |= run->status == "diverged";
        unfinished |= run->status != "diverged" && run->status != "completed";
        if (const Json value = run->value(shown_column); value.is_number()) {
          sum += value.get<double>();
          ++count;
        }
      }
      any_diverged |= diverged;
      any_unfinished |= unfinished;
      const std::string mean = count == 0 ? "-" : fmt::format("{:.4g}", sum / static_cast<double>(count));
      table.back().push_back(mean + (diverged ? "*" : "") + (unfinished ? "~" : ""));
    }
  }
  const bool accuracy = shown_column.ends_with("_accuracy");
  std::string notes;
  if (any_diverged)
    notes += accuracy ? "* diverged: its accuracy counts as chance\n" : "* diverged, and left out\n";
  if (any_unfinished) notes += "~ not finished\n";
  return fmt::format("\nfinal {}\n\n{}{}\n", shown_column, aligned_text(table), notes);
}

}  // namespace varangian
