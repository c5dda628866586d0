#include "engine/allocator.h"
#include "engine/device.h"
#include "experiments/commands.h"
#include "experiments/failure.h"
#include "varangian/error.h"
#include "varangian/version.h"

#include <torch/headeronly/version.h>

#include <cstdio>

int main(int argc, char** argv) {
  varangian::keep_freed_memory();
  CLI::App app{"Varangian: distributed training in which some workers lie, simulated"};
  app.set_version_flag("--version", [] {
    return fmt::format("varangian {}, LibTorch {}.{}.{} with {}, kernels with {}", varangian::kVersion,
                       TORCH_VERSION_MAJOR, TORCH_VERSION_MINOR, TORCH_VERSION_PATCH,
                       varangian::cpu_capability(), varangian::kernel_isa());
  });
  app.require_subcommand(1);
  app.footer("Example: varangian run configs/quickstart.json\nEach subcommand has its own --help.");
  int exit_code = varangian::kDone;
  varangian::add_run_command(app, exit_code);
  varangian::add_work_command(app, exit_code);
  varangian::add_check_command(app, exit_code);
  varangian::add_results_command(app, exit_code);
  varangian::add_compare_command(app, exit_code);
  varangian::add_clean_command(app, exit_code);
  varangian::add_pack_command(app, exit_code);
  varangian::add_verify_command(app, exit_code);
  varangian::add_aggregate_command(app, exit_code);
  varangian::add_forge_command(app, exit_code);
  varangian::add_list_command(app, exit_code);
  varangian::add_describe_command(app, exit_code);
  varangian::add_schema_command(app, exit_code);
  varangian::add_import_command(app, exit_code);
  varangian::add_plugin_command(app, exit_code);
  try {
    varangian::kernel_isa();  // a wrong VARANGIAN_ISA is told at once
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? varangian::kDone : varangian::kBadUsage;
  } catch (const varangian::Error& error) {
    fmt::print(stderr, "{}\n", varangian::failure_text(error));
    return exit_code == varangian::kDone ? varangian::kBadUsage : exit_code;
  } catch (const std::exception& error) {
    fmt::print(stderr, "varangian: {}\n", varangian::failure_text(error));
    return varangian::kRunFailed;
  }
  return exit_code;
}
