#include "experiments/commands.h"

#include "core/nearest.h"
#include "experiments/plugins.h"
#include "experiments/preset.h"
#include "varangian/component.h"

namespace varangian {
namespace {

// Of a rule what it reads, costs and comes from too.
void print(const Descriptor& component) {
  fmt::print("  {:<22} {}\n", component.name, component.summary);
  if (component.rule.reads.empty()) return;
  fmt::print("  {:<22} {}, {}{}{}\n", "", component.rule.reads, component.rule.complexity,
             component.citation.empty() ? "" : "; ", component.citation);
}

}  // namespace

void add_list_command(CLI::App& app, int&) {
  CLI::App* command = app.add_subcommand("list", "List the components, of one kind or all");
  auto kind = std::make_shared<std::string>();
  auto plugins = std::make_shared<std::vector<std::string>>();
  command->add_option("kind", *kind, "adversary, aggregator, dataset, ...");
  command->add_option("--plugin", *plugins, "Load a component from a shared library")->type_name("FILE");
  command->footer("Example: varangian list aggregators");
  command->callback([kind, plugins] {
    for (const std::string& plugin : *plugins) load_plugin(plugin);
    std::vector<std::string> kinds;
    for (const Kind k : all_kinds()) kinds.emplace_back(to_string(k));
    if (kind->ends_with("ies"))
      kind->replace(kind->size() - 3, 3, "y");  // adversaries
    else if (kind->ends_with("s") && !kind->ends_with("ss"))
      kind->pop_back();  // aggregators; but loss
    if (!kind->empty() && std::find(kinds.begin(), kinds.end(), *kind) == kinds.end())
      throw Error::format("list: unknown kind \"{}\"{}", *kind, suggestion(*kind, kinds));
    for (const Kind k : all_kinds()) {
      if (!kind->empty() && *kind != to_string(k)) continue;
      fmt::print("{}\n", to_string(k));
      for (const Descriptor* component : Registry::instance().list(k)) print(*component);
    }
  });
}

}  // namespace varangian
