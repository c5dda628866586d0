#pragma once

#include "process/component_process.h"
#include "varangian/adversary.h"

namespace varangian {

/// An adversary's process: what it is asked and what it remembers, whatever else it may see.
class AdversaryProcess {
 public:
  AdversaryProcess(const Values& values, std::string knowledge)
      : process_(Kind::adversary, values), knowledge_(std::move(knowledge)) {}

  /// Throws Error when the program wants another knowledge than this adversary has.
  void declare(State& state, int64_t workers, int64_t columns, at::Device device) const;

  /// Adds to a request and its inputs what every adversary may see, and writes what comes back.
  void forge(const BlindView& view, Json request, std::vector<NamedArray> inputs, at::Tensor messages,
             const Questions& questions = {}) const;

 private:
  ComponentProcess process_;
  std::string knowledge_;
};

}  // namespace varangian
