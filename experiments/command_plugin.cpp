#include "experiments/commands.h"

#include "experiments/plugin_build.h"
#include "experiments/plugin_flags.h"
#include "experiments/plugin_project.h"
#include "varangian/component.h"

#include <fmt/ranges.h>

namespace varangian {
namespace {

void add_new(CLI::App& plugin) {
  CLI::App* command = plugin.add_subcommand("new", "Write a folder with a component, a config and a test");
  auto kind = std::make_shared<std::string>(), name = std::make_shared<std::string>();
  auto python = std::make_shared<bool>(false);
  command->add_option("kind", *kind, fmt::format("{}", fmt::join(template_kinds(false), ", ")))->required();
  command->add_option("name", *name, "Of the component and the folder: small letters, digits, _")->required();
  command->add_flag("--python", *python,
                    fmt::format("In Python ({}): needs no compiler", fmt::join(template_kinds(true), ", ")));
  command->footer("Example: varangian plugin new adversary my_attack");
  command->callback([kind, name, python] {
    fmt::print("{}\n", fmt::join(write_plugin_project(*kind, *name, *python), "\n"));
    if (!*python) fmt::print("next: varangian plugin build {}\n", *name);
    fmt::print("then: varangian run {0}/config.json; {0}/test.sh tests it\n", *name);
  });
}

void add_build(CLI::App& plugin) {
  CLI::App* command = plugin.add_subcommand("build", "Compile a plugin for this program and its LibTorch");
  auto folder = std::make_shared<std::string>();
  auto verbose = std::make_shared<bool>(false);
  command->add_option("folder", *folder, "With the plugin's .cpp files")->required()->type_name("DIR");
  command->add_flag("--verbose", *verbose, "Print the compiler's command");
  command->footer(
      "The compiler is the one that the variable CXX names, or g++, c++, clang++.\n"
      "Example: varangian plugin build my_attack");
  command->callback([folder, verbose] {
    const std::string library = build_plugin(*folder, *verbose).string();
    fmt::print("{}\n", library);
    for (const Kind kind : all_kinds())
      for (const Descriptor* component : Registry::instance().list(kind))
        if (Registry::instance().origin(kind, component->name) == library)
          fmt::print("  {} \"{}\": {}\n", to_string(kind), component->name, component->summary);
  });
}

void add_flags(CLI::App& plugin) {
  CLI::App* command =
      plugin.add_subcommand("flags", "Print what a compiler must be told for a plugin, one a line");
  command->footer("Example: varangian plugin flags");
  command->callback([] { fmt::print("{}\n", fmt::join(plugin_flags(), "\n")); });
}

}  // namespace

void add_plugin_command(CLI::App& app, int&) {
  CLI::App* command = app.add_subcommand("plugin", "Write and compile components of your own");
  command->require_subcommand(1);
  command->footer("Example: varangian plugin new adversary my_attack && varangian plugin build my_attack");
  add_new(*command);
  add_build(*command);
  add_flags(*command);
}

}  // namespace varangian
