#include "experiments/results_table.h"

#include "experiments/plan.h"
#include "record/run_directory.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace varangian {
namespace {

namespace fs = std::filesystem;
using Cells = std::vector<std::vector<std::string>>;

enum class Digits { four, all };  // a table is for the eye, csv for other programs

std::string text_of(const Json& value, Digits digits) {
  if (value.is_null()) return "";
  if (value.is_number_float() && digits == Digits::four) return fmt::format("{:.4g}", value.get<double>());
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// Columns as wide as their widest cell; numbers stand right.
std::string aligned(const Cells& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows)
    for (size_t i = 0; i < row.size(); ++i) {
      if (i == widths.size()) widths.push_back(0);
      widths[i] = std::max(widths[i], row[i].size());
    }
  std::string text;
  for (size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (size_t i = 0; i < rows[r].size(); ++i)
      line += i == 0 ? fmt::format("{:<{}}", rows[r][i], widths[i])
                     : fmt::format("  {:>{}}", rows[r][i], widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
    if (r == 0) {
      size_t width = 0;
      for (const size_t w : widths) width += w + 2;
      text += std::string(width - 2, '-') + "\n";
    }
  }
  return text;
}

// Every key that any run has, in the order of first sight.
std::vector<std::string> keys_of(const std::vector<RunSummary>& runs, Json RunSummary::*member) {
  std::vector<std::string> keys;
  for (const RunSummary& run : runs)
    if ((run.*member).is_object())
      for (const auto& [key, value] : (run.*member).items())
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  return keys;
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

std::string quoted(const std::string& cell) {
  if (cell.find_first_of(",\"\n") == std::string::npos) return cell;
  std::string text = "\"";
  for (const char c : cell) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}

RunSummary summary_of(const fs::path& folder) {
  const Json manifest = read_json(folder / "manifest.json");
  RunSummary run{.folder = folder};
  run.id = manifest.at("run_id");
  run.name = manifest.at("name");
  run.status = manifest.at("status");
  if (run.status == "running" && !is_held(folder)) run.status = "killed";
  run.reason = manifest.at("reason").is_string() ? manifest.at("reason").get<std::string>() : "";
  run.swept = manifest.at("swept");
  run.final = manifest.at("final");
  run.rounds_done = manifest.at("rounds_done");
  run.chance_accuracy = manifest.value("task", Json::object()).value("chance_accuracy", Json());
  return run;
}

std::string started(const fs::path& folder) {
  const Json sessions = read_json(folder / "manifest.json").value("sessions", Json::array());
  return sessions.empty() ? "" : sessions[0].value("start", "");
}

}  // namespace

Json RunSummary::value(const std::string& column) const {
  if (status == "diverged") return column.ends_with("_accuracy") ? chance_accuracy : Json();
  return final.is_object() && final.contains(column) ? final.at(column) : Json();
}

std::vector<RunSummary> find_runs(const fs::path& folder) {
  if (!fs::is_directory(folder)) throw Error::format("{}: there is no such folder", folder.string());
  std::vector<std::pair<std::string, RunSummary>> found;
  std::error_code failure;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, failure);
  for (; !failure && at != fs::recursive_directory_iterator(); at.increment(failure)) {
    const fs::directory_entry& entry = *at;
    if (entry.path().filename() != "manifest.json") continue;
    try {
      found.emplace_back(started(entry.path().parent_path()), summary_of(entry.path().parent_path()));
    } catch (const std::exception& error) {
      fmt::print(stderr, "warning: {}: passed over: {}\n", entry.path().string(), error.what());
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first, a.second.folder) < std::tie(b.first, b.second.folder);
  });
  std::vector<RunSummary> runs;
  for (auto& [start, run] : found) runs.push_back(std::move(run));
  return runs;
}

std::string as_table(const std::vector<RunSummary>& runs) { return aligned(cells_of(runs, Digits::four)); }

std::string as_csv(const std::vector<RunSummary>& runs) {
  std::string text;
  for (const auto& row : cells_of(runs, Digits::all)) {
    std::vector<std::string> cells;
    for (const std::string& cell : row) cells.push_back(quoted(cell));
    text += fmt::format("{}\n", fmt::join(cells, ","));
  }
  return text;
}

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
  return fmt::format("\nfinal {}\n\n{}{}\n", shown_column, aligned(table), notes);
}

}  // namespace varangian
