#pragma once

#include "core/json.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace varangian {

/// A config as written, after its base files, with the short forms spelled out, before defaults.

/// Reads a file and what it extends. Paths inside (plugins, data files) stay relative to the working
/// directory. Throws Error.
Json read_config(const std::filesystem::path& path);

/// Spells out "seed": 1, "compressor": {"name": ...}, "adversary": {...} and components given by name. Throws
/// Error where a short form and the long one stand together.
void spell_out(Json& config, const std::string& where);

/// Lays `over` on `base`: objects merge, everything else replaces; a component (an object with a name) is
/// replaced whole when the name changes.
Json merged(const Json& base, const Json& over);

/// Sets the value at a JSON pointer, making objects on the way. Throws Error when the way leads through
/// something that has no keys, or the pointer is not one.
void set_at(Json& config, const std::string& pointer, const Json& value, const std::string& where);

/// "/pointer=value" of --set; the value is JSON, or else a text.
std::pair<std::string, Json> parse_setting(const std::string& setting);

}  // namespace varangian
