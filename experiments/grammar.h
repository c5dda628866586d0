#pragma once

#include "core/schema.h"

namespace varangian {

/// The config, whole, less `extends`, `preset`, `sweep` and `search`, which are gone once a run is resolved.
const Node& run_grammar();

/// JSON Schema of config files: the same with them, with the short forms, and with nothing required but
/// `format`, since a base file or a sweep may bring the rest.
Json config_schema();

}  // namespace varangian
