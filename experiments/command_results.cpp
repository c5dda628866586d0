#include "experiments/commands.h"

#include "experiments/results_table.h"

#include <fmt/format.h>

namespace varangian {

void add_results_command(CLI::App& app, int&) {
  CLI::App* command = app.add_subcommand("results", "Show the runs below a folder");
  auto folder = std::make_shared<std::string>();
  auto format = std::make_shared<std::string>("table");
  command->add_option("folder", *folder, "A folder with runs below it, as results/quickstart")->required();
  command->add_option("--format", *format, "table, csv or json")
      ->check(CLI::IsMember({"table", "csv", "json"}));
  command->footer(
      "A diverged run's accuracy counts as chance.\nExample: varangian results results/quickstart --format "
      "csv");
  command->callback([folder, format] {
    const std::vector<RunSummary> runs = find_runs(*folder);
    if (runs.empty() && *format == "table") fmt::print(stderr, "no runs below {}\n", *folder);
    if (!runs.empty() || *format == "json")
      fmt::print("{}", *format == "table" ? as_table(runs) : *format == "csv" ? as_csv(runs) : as_json(runs));
  });
}

}  // namespace varangian
