#include "experiments/commands.h"

#include "experiments/comparison/against.h"
#include "experiments/comparison/cell_table.h"

#include <fmt/ranges.h>

namespace varangian {
namespace {

struct CompareOptions {
  std::string folder, by, metric, baseline, attack, rows, columns, against;
  std::string format = "text", replicates = "seeds";
  std::vector<std::string> only;
  double alpha = 0.05;
  bool pairs = false;
};

TableFormat format_of(const std::string& name) {
  return name == "csv" ? TableFormat::csv : name == "latex" ? TableFormat::latex : TableFormat::text;
}

Axes read_axes(const std::string& folder, const std::vector<std::string>& only) {
  std::vector<RunSummary> runs = find_runs(folder);
  if (runs.empty()) throw Error::format("{}: no runs below this folder", folder);
  Axes axes(std::move(runs));
  for (const std::string& condition : only) axes = axes.only(condition);
  return axes;
}

Measurements measured_in(const std::string& folder, const Axes& axes, const std::string& metric) {
  return located(folder, [&] { return measure_all(axes, metric); });
}

// Notes stand below a table for the eye, and apart from one for other programs.
void print_notes(const std::vector<std::string>& notes, TableFormat format) {
  for (const std::string& note : notes)
    fmt::print(format == TableFormat::text ? stdout : stderr, "{}\n", note);
}

void print_title(const Measure& measure, const std::string& what, TableFormat format) {
  if (format == TableFormat::text)
    fmt::print("{} ({} is better){}\n\n", measure.words, measure.higher ? "higher" : "lower", what);
}

void append(std::vector<std::string>& notes, const std::vector<std::string>& more,
            const std::string& before = "") {
  for (const std::string& note : more) notes.push_back(before + note);
}

std::string only_axis(const Axes& axes) {
  std::vector<std::string> names = axes.names();
  std::erase(names, axes.seed_axis());
  if (names.size() == 1) return names.front();
  if (names.empty()) throw Error("--by: these runs differ in nothing but their seeds");
  throw Error::format("--by is required: one of {}", fmt::join(names, ", "));
}

void compare_against(const CompareOptions& options) {
  const TableFormat format = format_of(options.format);
  const Axes a = read_axes(options.folder, options.only), b = read_axes(options.against, options.only);
  const Measurements in_a = measured_in(options.folder, a, options.metric);
  const Measurements in_b = measured_in(options.against, b, options.metric);
  if (in_a.measure.column != in_b.measure.column)
    throw Error::format("--metric {}: it is {} in A and {} in B; name one column, as --metric last:{}",
                        options.metric, in_a.measure.column, in_b.measure.column, in_b.measure.column);
  std::vector<std::string> notes;
  append(notes, in_a.notes, "A: ");
  append(notes, in_b.notes, "B: ");
  const Cells table = against_table(a, in_a, b, in_b, format, notes);
  print_title(in_a.measure, fmt::format("\nA: {}\nB: {}", options.folder, options.against), format);
  fmt::print("{}", table_text(table, format));
  if (format == TableFormat::text)
    fmt::print("\nMeans over seeds. Spread: the larger deviation over seeds of A and B.\n");
  print_notes(notes, format);
}

void show_cells(const CompareOptions& options) {
  const TableFormat format = format_of(options.format);
  const Axes axes = read_axes(options.folder, options.only);
  const std::string rows = axes.find(options.rows, "--rows"), columns = axes.find(options.columns, "--cols");
  if (rows == columns) throw Error::format("--rows and --cols are both {}", rows);
  const Measurements measurements = measured_in(options.folder, axes, options.metric);
  std::vector<std::string> notes = measurements.notes;
  const Cells table = cell_table(axes, measurements, rows, columns, format, notes);
  print_title(measurements.measure, fmt::format(", {} by {}", axis_label(rows), axis_label(columns)), format);
  fmt::print("{}", table_text(table, format));
  if (format == TableFormat::text && !notes.empty()) fmt::print("\n");
  print_notes(notes, format);
}

void compare_along_axis(const CompareOptions& options) {
  const Axes axes = read_axes(options.folder, options.only);
  const std::string by = options.by.empty() ? only_axis(axes) : axes.find(options.by, "--by");
  if (by == axes.seed_axis())
    throw Error::format("--by {}: a seed is what is repeated; name another axis", by);
  Asked asked{.format = format_of(options.format),
              .replicates = options.replicates == "blocks" ? Replicates::blocks : Replicates::seeds,
              .alpha = options.alpha,
              .has_baseline = !options.baseline.empty()};
  asked.attack_axis = options.attack.empty() ? axes.attack_axis() : axes.find(options.attack, "--attack");
  if (asked.attack_axis == by) asked.attack_axis.clear();
  const Measurements measurements = measured_in(options.folder, axes, options.metric);
  const Blocks blocks = make_blocks(axes, measurements, by, asked.attack_axis, asked.replicates);
  const Comparison comparison = compare_levels(blocks, measurements.measure.higher, options.baseline);

  std::vector<std::string> notes = explanations(blocks, comparison, asked);
  if (blocks.without_axis > 0)
    notes.push_back(fmt::format("{} runs have no value on {}, and are left out", blocks.without_axis, by));
  if (blocks.incomplete > 0) {
    std::vector<std::string> lacking;
    for (const auto& [level, count] : blocks.lacking)
      lacking.push_back(fmt::format("{} in {}", level, count));
    notes.push_back(fmt::format("{} incomplete {} left out of everything above; missing: {}",
                                blocks.incomplete, blocks.incomplete == 1 ? "block" : "blocks",
                                fmt::join(lacking, ", ")));
  }
  append(notes, measurements.notes);
  const Cells levels = level_table(blocks, comparison, measurements.measure, asked);
  const Cells pairs = pair_table(blocks, comparison, measurements.measure, asked);
  print_title(measurements.measure, ", by " + axis_label(by), asked.format);
  if (asked.format == TableFormat::text)
    fmt::print("{}\n{}\n", aligned_text(levels), aligned_text(pairs));
  else
    fmt::print("{}", table_text(options.pairs ? pairs : levels, asked.format));
  print_notes(notes, asked.format);
}

void compare(const CompareOptions& options) {
  if (options.rows.empty() != options.columns.empty())
    throw Error("--rows and --cols go together: each names an axis of the sweep");
  if (!options.against.empty())
    compare_against(options);
  else if (!options.rows.empty())
    show_cells(options);
  else
    compare_along_axis(options);
}

}  // namespace

void add_compare_command(CLI::App& app, int&) {
  CLI::App* command =
      app.add_subcommand("compare", "Say which value of an axis is better, and how sure that is");
  auto options = std::make_shared<CompareOptions>();
  command->add_option("folder", options->folder, "A folder with runs below it, as results/quickstart")
      ->required();
  command->add_option("--by", options->by,
                      "Axis of the sweep to compare along, or a part of the config, as aggregator");
  command->add_option(
      "--metric", options->metric,
      "final_accuracy (default), last:COLUMN, mean:COLUMN:K (of the last K values), best:COLUMN, "
      "area:COLUMN, rounds_to:COLUMN:TARGET or bits_to:COLUMN:TARGET");
  command->add_option("--baseline", options->baseline, "Compare with this value alone, instead of all pairs");
  command->add_option("--attack", options->attack,
                      "Axis of the worst case; default: the one that changes adversaries");
  command->add_option("--only", options->only, "Only the runs with these values: AXIS=VALUE,VALUE")
      ->allow_extra_args(false);
  command
      ->add_option("--replicates", options->replicates,
                   "What counts as a repetition: seeds, or each block by itself (docs/comparing.md)")
      ->check(CLI::IsMember({"seeds", "blocks"}));
  command->add_option("--alpha", options->alpha, "Level of significance; default 0.05")
      ->check(CLI::Range(1e-9, 0.5));
  command->add_option("--rows", options->rows, "With --cols: a table of means by this axis and that");
  command->add_option("--cols", options->columns, "With --rows");
  command->add_option("--against", options->against, "Another folder: the difference of every cell");
  command->add_option("--format", options->format, "text, csv or latex (booktabs)")
      ->check(CLI::IsMember({"text", "csv", "latex"}));
  command->add_flag("--pairs", options->pairs,
                    "In csv and latex: the table of pairs instead of that of values");
  command->footer(
      "A diverged run's accuracy counts as chance.\n"
      "Example: varangian compare results/benchmark --by rule --metric mean:test_accuracy:5\n"
      "Example: varangian compare results/benchmark --rows rule --cols adversary --format latex\n"
      "Example: varangian compare results/new --against results/old");
  command->callback([options] { compare(*options); });
}

}  // namespace varangian
