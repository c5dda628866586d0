#pragma once

#include "core/json.h"

#include <string>
#include <vector>

namespace varangian {

/// A config of an older ByzFL (settings.json of 0.0.2, or the one that its documentation shows) under the
/// names that 0.0.11 has for the same things; one of 0.0.11 stays as it is. Adds a note for what it had to
/// change.
Json modern_byzfl(const Json& theirs, const std::string& where, std::vector<std::string>& notes);

}  // namespace varangian
