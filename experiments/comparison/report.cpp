#include "experiments/comparison/report.h"

#include <fmt/ranges.h>

#include <cmath>

namespace varangian {
namespace {

std::string p_text(double p, TableFormat format) {
  return format == TableFormat::csv ? fmt::format("{}", p) : fmt::format("{:.2g}", p);
}

std::string bold_if(bool best, const std::string& text, TableFormat format) {
  return best && format == TableFormat::latex ? "\\textbf{" + text + "}" : text;
}

std::string escaped_for(const std::string& text, TableFormat format) {
  return format == TableFormat::latex ? latex_escaped(text) : text;
}

void add_interval(std::vector<std::string>& row, const Interval& interval, const Measure& measure,
                  TableFormat format) {
  const std::string low = number_text(interval.low, measure, format),
                    high = number_text(interval.high, measure, format);
  if (format == TableFormat::csv)
    row.insert(row.end(), {low, high});
  else
    row.push_back(std::isnan(interval.low) ? "-" : fmt::format("[{}, {}]", low, high));
}

void add_interval_header(std::vector<std::string>& row, TableFormat format) {
  if (format == TableFormat::csv)
    row.insert(row.end(), {"low", "high"});
  else
    row.push_back(format == TableFormat::latex ? "95\\,\\% interval" : "95 % interval");
}

const char* how(Method method) {
  return method == Method::all_orders     ? "exact"
         : method == Method::drawn_orders ? "99,999 orders drawn"
                                          : "chi-squared limit";
}

std::string blocks_in_words(const Blocks& blocks) {
  std::vector<std::string> names;
  for (const std::string& axis : blocks.held) names.push_back(axis_label(axis));
  return names.empty() ? "nothing else was swept"
                       : fmt::format("one for each {} {}", names.size() == 1 ? "value of" : "combination of",
                                     fmt::join(names, ", "));
}

const char* units_name(Replicates replicates) { return replicates == Replicates::seeds ? "seeds" : "blocks"; }

std::string counted(size_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

// The fewest units with which the smallest p of so many pairs, Holm's correction included, comes to alpha.
size_t units_needed(size_t pairs, double alpha) {
  size_t units = 1;
  while (units < 1000 && static_cast<double>(pairs) * std::pow(2.0, 1 - static_cast<double>(units)) > alpha)
    ++units;
  return units;
}

}  // namespace

std::string number_text(double value, const Measure& measure, TableFormat format) {
  if (std::isnan(value)) return format == TableFormat::csv ? "" : "-";
  const bool has_target = measure.kind == Measure::Kind::rounds_to || measure.kind == Measure::Kind::bits_to;
  if (std::isinf(value)) return has_target ? "never" : "not finite";
  return format == TableFormat::csv ? fmt::format("{}", value) : fmt::format("{:.4g}", value);
}

std::string table_text(const Cells& rows, TableFormat format) {
  return format == TableFormat::csv     ? csv_text(rows)
         : format == TableFormat::latex ? latex_text(rows)
                                        : aligned_text(rows);
}

Cells level_table(const Blocks& blocks, const Comparison& comparison, const Measure& measure,
                  const Asked& asked) {
  const TableFormat format = asked.format;
  const auto number = [&](double value) { return number_text(value, measure, format); };
  const bool has_attacks = !asked.attack_axis.empty();
  Cells rows(1, {escaped_for(axis_label(blocks.by), format), "mean", "deviation"});
  bool all_finite = true;
  for (const LevelResult& level : comparison.levels) all_finite &= level.finite == blocks.complete.size();
  if (!all_finite) rows[0].push_back("finite in");
  if (has_attacks) rows[0].insert(rows[0].end(), {"worst", "under"});
  rows[0].insert(rows[0].end(), {"mean rank", "difference"});
  add_interval_header(rows[0], format);
  rows[0].insert(rows[0].end(), {"better in", "p (Holm)"});

  double best_mean = NAN, best_worst = NAN;
  const auto better = [&](double a, double b) { return std::isnan(b) || (measure.higher ? a > b : a < b); };
  for (const LevelResult& level : comparison.levels) {
    if (level.finite > 0 && better(level.mean, best_mean)) best_mean = level.mean;
    if (better(level.worst, best_worst)) best_worst = level.worst;
  }
  for (const LevelResult& level : comparison.levels) {
    std::vector<std::string> row = {escaped_for(blocks.levels[level.level], format),
                                    bold_if(level.mean == best_mean, number(level.mean), format),
                                    number(level.deviation)};
    if (!all_finite) row.push_back(fmt::format("{} of {}", level.finite, blocks.complete.size()));
    if (has_attacks)
      row.insert(row.end(), {bold_if(level.worst == best_worst, number(level.worst), format),
                             escaped_for(level.worst_attack, format)});
    row.push_back(bold_if(level.mean_rank == comparison.levels.front().mean_rank,
                          format == TableFormat::csv ? fmt::format("{}", level.mean_rank)
                                                     : fmt::format("{:.2f}", level.mean_rank),
                          format));
    if (const PairResult* pair = comparison.to_reference(level.level)) {
      row.push_back(number(pair->difference));
      add_interval(row, pair->interval, measure, format);
      row.insert(row.end(), {fmt::format("{} of {}", pair->better, blocks.complete.size()),
                             p_text(pair->adjusted_p, format)});
    } else {
      row.push_back(format == TableFormat::csv ? "" : asked.has_baseline ? "baseline" : "best");
      row.insert(row.end(), format == TableFormat::csv ? 4 : 3, "");
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Cells pair_table(const Blocks& blocks, const Comparison& comparison, const Measure& measure,
                 const Asked& asked) {
  const TableFormat format = asked.format;
  Cells rows(1, {"pair", "difference"});
  add_interval_header(rows[0], format);
  rows[0].insert(rows[0].end(), {"better", "equal", "worse", "p", "p (Holm)", "verdict"});
  for (const PairResult& pair : comparison.pairs) {
    std::vector<std::string> row = {
        escaped_for(fmt::format("{} - {}", blocks.levels[pair.a], blocks.levels[pair.b]), format),
        number_text(pair.difference, measure, format)};
    add_interval(row, pair.interval, measure, format);
    row.insert(row.end(), {std::to_string(pair.better), std::to_string(pair.equal),
                           std::to_string(blocks.complete.size() - pair.better - pair.equal),
                           p_text(pair.test.p, format), p_text(pair.adjusted_p, format),
                           pair.adjusted_p <= asked.alpha ? "significant"
                           : comparison.smallest_adjusted_p > asked.alpha
                               ? fmt::format("too few {}", units_name(asked.replicates))
                               : "-"});
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<std::string> explanations(const Blocks& blocks, const Comparison& comparison,
                                      const Asked& asked) {
  const bool by_seed = asked.replicates == Replicates::seeds;
  const char* unit = by_seed ? "seed" : "block";
  const TestResult& pair = comparison.pairs.front().test;
  std::vector<std::string> lines;
  lines.push_back(fmt::format("{}: {}.", counted(blocks.complete.size(), "block"), blocks_in_words(blocks)));
  if (!blocks.following.empty())
    lines.push_back(fmt::format("{} {} from {}: no part of a block.", fmt::join(blocks.following, ", "),
                                blocks.following.size() == 1 ? "follows" : "follow", axis_label(blocks.by)));
  lines.push_back(
      by_seed
          ? fmt::format("Repeated: {}. Blocks of one seed share data, weights and batches, so they "
                        "change places together in tests and resamples.",
                        counted(blocks.units, "seed"))
          : "Repeated: each block by itself (--replicates blocks), although those of one seed share data, "
            "weights and batches. So p and intervals speak of other blocks, not of other seeds.");
  lines.push_back(fmt::format(
      "Deviation: between the means of {0}s. Difference: to {1}, mean over blocks; its interval: paired "
      "bootstrap over {0}s{2}.",
      unit, blocks.levels[comparison.reference],
      blocks.units < 2    ? ", which needs two"
      : blocks.units < 10 ? ", too narrow with so few"
                          : ""));
  lines.push_back(fmt::format("Friedman: chi-squared {:.4g} ({} degrees of freedom), p = {:.2g} ({}){}.",
                              comparison.friedman.statistic, blocks.levels.size() - 1, comparison.friedman.p,
                              how(comparison.friedman.method),
                              comparison.friedman.p <= asked.alpha ? ": significant" : ""));
  lines.push_back(fmt::format("Pairs: Wilcoxon signed-rank ({}), corrected by Holm for {}.", how(pair.method),
                              counted(comparison.pairs.size(), "pair")));
  lines.push_back(
      fmt::format("The smallest p that {} can give: {:.2g} for a pair, {:.2g} after Holm; {:.2g} "
                  "for Friedman.",
                  counted(blocks.units, unit), pair.smallest_p, comparison.smallest_adjusted_p,
                  comparison.friedman.smallest_p));
  if (comparison.smallest_adjusted_p > asked.alpha)
    lines.push_back(fmt::format("So no pair can be told from chance at {}: that takes {}.", asked.alpha,
                                counted(units_needed(comparison.pairs.size(), asked.alpha), unit)));
  return lines;
}

}  // namespace varangian
