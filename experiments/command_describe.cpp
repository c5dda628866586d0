#include "experiments/commands.h"

#include "core/nearest.h"
#include "core/schema.h"
#include "experiments/plugins.h"

#include <fmt/ranges.h>

#include <cmath>

namespace varangian {
namespace {

std::string limits(const Parameter& parameter) {
  if (!parameter.choices.empty()) return fmt::format("one of {}", fmt::join(parameter.choices, ", "));
  const bool low = std::isfinite(parameter.low), high = std::isfinite(parameter.high);
  const char* at_least = parameter.above_low ? "above" : "at least";
  if (low && high) return fmt::format("{} {}, at most {}", at_least, parameter.low, parameter.high);
  return low    ? fmt::format("{} {}", at_least, parameter.low)
         : high ? fmt::format("at most {}", parameter.high)
                : "";
}

void describe(const Descriptor& component) {
  fmt::print("{} ({})\n  {}\n", component.name, to_string(component.kind), component.summary);
  if (!component.citation.empty()) fmt::print("  source: {}\n", component.citation);
  if (!component.knowledge.empty()) fmt::print("  knowledge: {}\n", component.knowledge);
  if (const RuleFacts& rule = component.rule; !rule.reads.empty()) {
    fmt::print("  reads {}, in {}\n  bears {}", rule.reads, rule.complexity, rule.breakdown);
    if (rule.per_liar > 0) fmt::print("; needs n >= {} f + {}", rule.per_liar, rule.least);
    fmt::print("\n  order of messages {}, shift {}, scale {}\n", rule.permutation ? "free" : "matters",
               rule.translation ? "equivariant" : "matters", rule.scale ? "equivariant" : "matters");
  }
  if (component.parameters.empty()) fmt::print("  no parameters\n");
  for (const Parameter& parameter : component.parameters) {
    const std::string initial =
        parameter.required ? "required" : "default " + node_of(parameter).initial.dump();
    const std::string range = limits(parameter);
    fmt::print("  {:<14} {}{}\n  {:<14} {}{}{}\n", parameter.name, parameter.summary,
               parameter.unit.empty() ? "" : " [" + parameter.unit + "]", "", initial,
               range.empty() ? "" : "; ", range);
  }
}

/// Of every kind that has one of this name.
void describe_all(const std::string& name) {
  std::vector<std::string> names;
  bool found = false;
  for (const Kind kind : all_kinds())
    for (const Descriptor* component : Registry::instance().list(kind)) {
      names.push_back(component->name);
      if (component->name != name) continue;
      describe(*component);
      found = true;
    }
  if (!found) throw Error::format("describe: unknown component \"{}\"{}", name, suggestion(name, names));
}

}  // namespace

void add_describe_command(CLI::App& app, int&) {
  CLI::App* command = app.add_subcommand("describe", "Describe components: parameters, defaults, source");
  auto names = std::make_shared<std::vector<std::string>>();
  auto plugins = std::make_shared<std::vector<std::string>>();
  command->add_option("name", *names, "As varangian list shows it; several are described in turn")
      ->required();
  command->add_option("--plugin", *plugins, "Load a component from a shared library")->type_name("FILE");
  command->footer("Example: varangian describe majority_vote");
  command->callback([names, plugins] {
    for (const std::string& plugin : *plugins) load_plugin(plugin);
    for (const std::string& name : *names) describe_all(name);
  });
}

}  // namespace varangian
