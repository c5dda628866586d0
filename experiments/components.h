#pragma once

#include "experiments/config.h"

#include <functional>
#include <string>

namespace varangian {

/// Every component that a resolved config names, with its kind and pointer: first a component itself, then
/// those that its parameters choose.
void each_component(const RunConfig& run, Json& config,
                    const std::function<void(Json& component, Kind kind, const std::string& pointer)>& visit);

}  // namespace varangian
