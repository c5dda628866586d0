#pragma once

#include "core/json.h"

#include <string>
#include <vector>

namespace varangian {

std::vector<std::string> preset_names();

/// The settings that a preset stands for, as they could be written in a config; what the config says itself
/// goes first. Throws Error on an unknown name.
const Json& preset(const std::string& name);

}  // namespace varangian
