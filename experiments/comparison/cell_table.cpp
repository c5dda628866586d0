#include "experiments/comparison/cell_table.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

namespace varangian {
namespace {

double mean_of_finite(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

struct TableCell {
  std::map<std::string, std::vector<double>> by_seed;  // finite values
  size_t runs = 0, infinite = 0;

  // Every run counts the same.
  double mean() const {
    std::vector<double> all;
    for (const auto& [seed, values] : by_seed) all.insert(all.end(), values.begin(), values.end());
    return all.empty() ? NAN : mean_of_finite(all);
  }
  double deviation() const {
    std::vector<double> means;
    for (const auto& [seed, values] : by_seed) means.push_back(mean_of_finite(values));
    return standard_deviation(means);
  }
};

using Grid = std::map<std::pair<std::string, std::string>, TableCell>;

std::string cell_text(const TableCell& cell, const Measure& measure, TableFormat format, bool best) {
  const double mean = cell.mean(), deviation = cell.deviation();
  const bool latex = format == TableFormat::latex;
  if (std::isnan(mean)) return number_text(cell.runs > 0 ? INFINITY : NAN, measure, format);
  std::string text = number_text(mean, measure, format);
  if (best && latex) text = "\\textbf{" + text + "}";
  if (!std::isnan(deviation)) text += fmt::format("{}{:.2g}", latex ? " $\\pm$ " : " ± ", deviation);
  if (cell.infinite > 0) text += latex ? "$^*$" : "*";
  return text;
}

Cells long_form(const Grid& grid, const Measure& measure, const std::vector<std::string>& rows,
                const std::vector<std::string>& columns, const std::string& row_axis,
                const std::string& column_axis) {
  Cells lines(1, {row_axis, column_axis, "mean", "deviation", "runs", "finite"});
  for (const std::string& row : rows)
    for (const std::string& column : columns) {
      const auto found = grid.find({row, column});
      const TableCell cell = found == grid.end() ? TableCell() : found->second;
      lines.push_back({row, column, number_text(cell.mean(), measure, TableFormat::csv),
                       number_text(cell.deviation(), measure, TableFormat::csv), std::to_string(cell.runs),
                       std::to_string(cell.runs - cell.infinite)});
    }
  return lines;
}

}  // namespace

Cells cell_table(const Axes& axes, const Measurements& measurements, const std::string& row_axis,
                 const std::string& column_axis, TableFormat format, std::vector<std::string>& notes) {
  const std::string seed_axis = axes.seed_axis();
  Grid grid;
  std::vector<std::string> rows, columns;
  size_t outside = 0;
  for (const auto& [run, value] : measurements.runs) {
    if (!run->swept.contains(row_axis) || !run->swept.contains(column_axis)) {
      ++outside;
      continue;
    }
    rows.push_back(value_label(value_on(*run, row_axis)));
    columns.push_back(value_label(value_on(*run, column_axis)));
    if (!value) continue;
    TableCell& cell = grid[{rows.back(), columns.back()}];
    ++cell.runs;
    if (std::isfinite(*value))
      cell.by_seed[seed_axis.empty() ? "" : value_label(value_on(*run, seed_axis))].push_back(*value);
    else
      ++cell.infinite;
  }
  sort_labels(rows);
  sort_labels(columns);
  if (outside > 0)
    notes.push_back(fmt::format("{} runs have no value on one of these axes, and are left out", outside));

  std::set<size_t> counts;
  bool any_infinite = false;
  for (const auto& [place, cell] : grid) {
    counts.insert(cell.runs);
    any_infinite |= cell.infinite > 0;
  }
  if (grid.size() < rows.size() * columns.size()) counts.insert(0);
  std::vector<std::string> over;
  for (const std::string& axis : axes.held(row_axis))
    if (axis != column_axis) over.push_back(axis_label(axis));
  if (!over.empty())
    notes.push_back(fmt::format("mean over {}{}", fmt::join(over, ", "),
                                seed_axis.empty() ? "" : "; ±: deviation between the means of seeds"));
  if (counts.size() > 1)
    notes.push_back(
        fmt::format("cells do not hold equally many runs: {} to {}", *counts.begin(), *counts.rbegin()));
  if (any_infinite) notes.push_back("*: mean over the runs that have a finite value");
  if (format == TableFormat::csv)
    return long_form(grid, measurements.measure, rows, columns, axis_label(row_axis),
                     axis_label(column_axis));

  const bool higher = measurements.measure.higher;
  const std::string corner = axis_label(row_axis);
  Cells table(1, {format == TableFormat::latex ? latex_escaped(corner) : corner});
  for (const std::string& column : columns)
    table[0].push_back(format == TableFormat::latex ? latex_escaped(column) : column);
  std::map<std::string, double> best;
  for (const auto& [place, cell] : grid) {
    const double mean = cell.infinite > 0 ? NAN : cell.mean();
    const auto [known, fresh] = best.emplace(place.second, mean);
    if (!fresh && (std::isnan(known->second) || (higher ? mean > known->second : mean < known->second)))
      known->second = mean;
  }
  for (const std::string& row : rows) {
    table.push_back({format == TableFormat::latex ? latex_escaped(row) : row});
    for (const std::string& column : columns) {
      const auto found = grid.find({row, column});
      table.back().push_back(found == grid.end() ? "-"
                                                 : cell_text(found->second, measurements.measure, format,
                                                             found->second.infinite == 0 &&
                                                                 found->second.mean() == best[column]));
    }
  }
  return table;
}

}  // namespace varangian
