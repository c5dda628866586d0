#include "experiments/commands.h"

#include "core/nearest.h"
#include "experiments/plugins.h"
#include "experiments/preset.h"
#include "varangian/component.h"

namespace varangian {

void add_list_command(CLI::App& app, int&) {
  CLI::App* command = app.add_subcommand("list", "List the components, of one kind or all");
  auto kind = std::make_shared<std::string>();
  auto plugins = std::make_shared<std::vector<std::string>>();
  command->add_option("kind", *kind, "adversary, aggregator, dataset, ...");
  command->add_option("--plugin", *plugins, "Load a component from a shared library")->type_name("FILE");
  command->footer("Example: varangian list adversary");
  command->callback([kind, plugins] {
    for (const std::string& plugin : *plugins) load_plugin(plugin);
    std::vector<std::string> kinds;
    for (const Kind k : all_kinds()) kinds.emplace_back(to_string(k));
    if (!kind->empty() && std::find(kinds.begin(), kinds.end(), *kind) == kinds.end())
      throw Error::format("list: unknown kind \"{}\"{}", *kind, suggestion(*kind, kinds));
    for (const Kind k : all_kinds()) {
      if (!kind->empty() && *kind != to_string(k)) continue;
      fmt::print("{}\n", to_string(k));
      for (const Descriptor* component : Registry::instance().list(k))
        fmt::print("  {:<18} {}\n", component->name, component->summary);
    }
  });
}

}  // namespace varangian
