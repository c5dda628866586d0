#pragma once

#include "varangian/component.h"

#include <cstdint>
#include <exception>

namespace varangian {

/// Rethrows what is being handled. An Error, and anything that a plugin throws, then begins with the round
/// (0: before the first) and the component, its plugin included; a shortage of memory stays what it is.
[[noreturn]] void blame(const Component& component, int64_t round);

/// What `body`, a component's own work in a round, returns.
template <typename Body>
auto blaming(const Component& component, int64_t round, const Body& body) {
  try {
    return body();
  } catch (...) {
    blame(component, round);
  }
}

}  // namespace varangian
