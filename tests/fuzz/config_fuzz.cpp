#include "experiments/grammar.h"
#include "experiments/preset.h"
#include "experiments/sweep.h"

#include "expect.h"
#include "json_mutator.h"
#include "memory_file.h"

#include "core/schema.h"

#include <set>

namespace varangian {
namespace {

// A sweep may name 100,000 runs; a few show the same mistakes.
constexpr size_t kMostRuns = 32;

/// Each component's parameters once, where it is met first: a component may hold others of its own kind.
void collect(const Node& node, const std::string& pointer, std::set<const Descriptor*>& met,
             std::vector<Json>& words) {
  words.push_back(node.name);
  words.push_back(pointer);
  words.push_back(node.initial);
  for (const std::string& word : node.choices) words.push_back(word);
  if (node.type == Node::Type::component)
    for (const Descriptor* component : Registry::instance().list(node.kind)) {
      if (!met.insert(component).second) continue;
      words.push_back(component->name);
      for (const Parameter& parameter : component->parameters)
        collect(node_of(parameter), child(pointer, parameter.name), met, words);
    }
  for (const Node& part : node.children) collect(part, child(pointer, part.name), met, words);
}

/// All that a config can be made of.
std::vector<Json> vocabulary() {
  std::vector<Json> words = awkward_values();
  std::set<const Descriptor*> met;
  collect(run_grammar(), "", met, words);
  for (const char* word :
       {"extends",   "preset",       "sweep",  "grid",       "zip",    "cases",
        "seeds",     "inapplicable", "skip",   "force",      "error",  "rest",
        "adversary", "select",       "over",   "worst_over", "metric", "validation_accuracy",
        "search",    "candidates",   "budget", "eta"})
    words.push_back(word);
  for (const std::string& name : preset_names()) words.push_back(name);
  return words;
}

void read(const std::filesystem::path& path) {
  for (const RunConfig& run : expand(path, {}, kMostRuns).runs) {
    Problems problems("a resolved config");
    Json config = run.resolved;
    config["workers"].erase("honest");  // the third of two
    const RunConfig again = resolve_run(std::move(config), problems);
    if (!problems.empty()) finding("is no config once resolved: " + problems.lines().front());
    if (again.resolved != run.resolved)
      finding("resolves to another:\n" + run.resolved.dump() + "\n" + again.resolved.dump());
  }
}

}  // namespace
}  // namespace varangian

// Bytes as a config file, up to the runs of its sweep. What is resolved is itself a config and means the
// same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace varangian;
  static const MemoryFile file;
  file.write(data, size);
  // What is wrong with a base file begins with that file.
  const bool has_base =
      std::string_view(reinterpret_cast<const char*>(data), size).find("extends") != std::string::npos;
  value_or_error(has_base ? "" : file.path().string(), [&] { read(file.path()); });
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed) {
  using namespace varangian;
  static const std::vector<Json> words = vocabulary();
  Luck luck(seed);
  return mutate_json_text(data, size, most, words, luck);
}
