#include "experiments/plugin_project.h"

#include "core/json.h"
#include "core/nearest.h"
#include "experiments/plugin_flags.h"
#include "experiments/templates.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace varangian {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCppKinds[] = {"adversary", "aggregator", "compressor", "diagnostic",
                                          "pre_aggregator"};
constexpr std::string_view kPythonKinds[] = {"adversary", "aggregator", "diagnostic"};

std::string with_all(std::string text, std::string_view from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

// my_attack -> MyAttack
std::string class_name(const std::string& name) {
  std::string text;
  bool first = true;
  for (const char c : name) {
    if (c != '_') text += first && c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
    first = c == '_';
  }
  return text;
}

void require_name(const std::string& name) {
  constexpr const char* kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789_";
  if (name.empty() || name.find_first_not_of(kAllowed) != std::string::npos || name[0] < 'a')
    throw Error::format(
        "plugin new: \"{}\" cannot be a component's name: want small letters, digits and _, as my_attack",
        name);
}

// A run of a second, with the component in its place.
Json example_config(const std::string& kind, const std::string& name, bool python) {
  Json component = name;
  if (python) {
    component = {{"name", "process"}, {"command", {"python3", name + "/" + name + ".py"}}};
    if (kind == "adversary") component["parameters"] = {{"noise", 0.01}};
    if (kind == "aggregator") component["parameters"] = {{"memory", 0.5}};
  }
  Json config = {{"format", 1},
                 {"name", name},
                 {"rounds", 200},
                 {"task", {{"dataset", {{"name", "quadratic"}, {"dimension", 1000}}}}},
                 {"workers", {{"count", 10}, {"byzantine", 3}}},
                 {"adversary", "sign_flip"},
                 {"aggregator", kind == "aggregator" || kind == "adversary" ? "median" : "trimmed_mean"},
                 {"optimizer", {{"name", "sgd"}, {"lr", 0.05}}},
                 {"evaluate", {{"every", 20}}}};
  if (!python) config["plugins"] = {name + ".so"};  // beside the config
  if (kind == "diagnostic")
    config["diagnostics"] = {component};
  else if (kind == "pre_aggregator")
    config["pre_aggregators"] = {component};
  else
    config[kind] = component;
  return config;
}

}  // namespace

std::vector<std::string> template_kinds(bool python) {
  if (python) return {std::begin(kPythonKinds), std::end(kPythonKinds)};
  return {std::begin(kCppKinds), std::end(kCppKinds)};
}

std::vector<std::string> write_plugin_project(const std::string& kind, const std::string& name, bool python) {
  require_name(name);
  const std::vector<std::string> kinds = template_kinds(python);
  if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end())
    throw Error::format("plugin new: no template for \"{}\"{}", kind, suggestion(kind, kinds));
  if (fs::exists(name)) throw Error::format("{}: exists; take another name or remove it", name);

  const std::string suffix = python ? ".py" : ".cpp";
  const auto filled = [&](const std::string& source) {
    const std::string text = with_all(templates().at(source), "my_component", name);
    return with_all(with_all(text, "MyComponent", class_name(name)), "@program@", own_program().string());
  };
  std::vector<std::pair<std::string, std::string>> files = {
      {name + suffix, filled(kind + suffix)},
      {"config.json", example_config(kind, name, python).dump(2) + "\n"},
      {"test.sh", filled("test.sh")}};
  if (python)
    files.emplace_back("varangian_plugin.py", templates().at("varangian_plugin.py"));
  else
    files.emplace_back("meson.build", filled("project.build"));

  fs::create_directory(name);
  std::vector<std::string> written;
  for (const auto& [file, text] : files) {
    const fs::path path = fs::path(name) / file;
    std::ofstream(path) << text;
    if (path.extension() == ".sh")
      fs::permissions(path, fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec,
                      fs::perm_options::add);
    if (!fs::exists(path)) throw Error::format("{}: cannot be written", path.string());
    written.push_back(path.string());
  }
  return written;
}

}  // namespace varangian
