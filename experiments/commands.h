#pragma once

#include <CLI/CLI.hpp>

namespace varangian {

// One file each: adds a subcommand to the program. Its callback sets exit_code (docs/architecture.md, exit
// codes) or throws Error.
void add_run_command(CLI::App& app, int& exit_code);
void add_work_command(CLI::App& app, int& exit_code);
void add_check_command(CLI::App& app, int& exit_code);
void add_aggregate_command(CLI::App& app, int& exit_code);
void add_forge_command(CLI::App& app, int& exit_code);
void add_list_command(CLI::App& app, int& exit_code);
void add_describe_command(CLI::App& app, int& exit_code);
void add_schema_command(CLI::App& app, int& exit_code);
void add_import_command(CLI::App& app, int& exit_code);
void add_plugin_command(CLI::App& app, int& exit_code);
void add_results_command(CLI::App& app, int& exit_code);
void add_compare_command(CLI::App& app, int& exit_code);
void add_clean_command(CLI::App& app, int& exit_code);
void add_pack_command(CLI::App& app, int&);
void add_verify_command(CLI::App& app, int& exit_code);

inline constexpr int kDone = 0, kRunFailed = 1, kBadUsage = 2, kDiverged = 3, kInterrupted = 130;

}  // namespace varangian
