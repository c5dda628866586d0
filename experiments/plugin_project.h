#pragma once

#include "varangian/descriptor.h"

#include <string>
#include <string_view>
#include <vector>

namespace varangian {

/// Kinds that `varangian plugin new` has a template for, in C++ or in Python.
std::vector<std::string> template_kinds(bool python);

/// Writes the folder `name` with a component that works, a config that uses it and a test. Returns the files.
/// Throws Error when the name cannot be one or the folder exists.
std::vector<std::string> write_plugin_project(const std::string& kind, const std::string& name, bool python);

}  // namespace varangian
