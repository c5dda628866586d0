#include "experiments/commands.h"

#include "experiments/grammar.h"

#include <fmt/format.h>

namespace varangian {

void add_schema_command(CLI::App& app, int&) {
  CLI::App* command =
      app.add_subcommand("schema", "Print the JSON Schema of config files, for editors and validators");
  command->footer("Example: varangian schema > varangian.schema.json");
  command->callback([] { fmt::print("{}\n", config_schema().dump(2)); });
}

}  // namespace varangian
