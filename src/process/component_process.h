#pragma once

#include "process/child_process.h"
#include "varangian/component.h"
#include "varangian/random.h"
#include "varangian/state.h"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace varangian {

/// The parameters of every component that is a process: command, parameters, seconds.
std::vector<Parameter> process_parameters();

/// A component's side of the conversation with its process (docs/process.md).
class ComponentProcess {
 public:
  ComponentProcess(Kind kind, const Values& values);

  /// What the child says of itself, asked once: starts it. Throws Error when it serves another kind.
  const Json& introduction() const;

  /// A list of texts from the introduction; none when it has no such key.
  std::vector<std::string> texts(const std::string& key) const;

  /// Arrays that the child wants to find again in the next round, as zeros: names and axes from its
  /// introduction; n is the length of the axis "n", of an adversary's "workers". `prefix` keeps them apart
  /// from others' in the state of a run.
  std::vector<State::Entry> state(const std::string& prefix, int64_t n, int64_t columns) const;

  Json ask(Json request, const std::vector<NamedArray>& inputs, const std::vector<NamedArray>& outputs = {},
           const Questions& questions = {}) const;

 private:
  Kind kind_;
  Json parameters_;
  std::unique_ptr<ChildProcess> child_;
  mutable std::once_flag introduced_;
  mutable Json introduction_;
};

/// 64 bits for a generator of the child's own: of the stream, its round and this worker.
uint64_t seed_for(const Random& random, int64_t worker);

}  // namespace varangian
