#pragma once

#include "core/json.h"
#include "experiments/config.h"

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace varangian {

// What commands on NumPy files share.

/// A component by name with what `KEY=VALUE` (of an empty prefix) or `PREFIX.KEY=VALUE` among the settings
/// gives it.
Json step_of(const std::string& name, const std::string& prefix, const std::vector<std::string>& settings);

/// Checked against its descriptor; what is wrong goes to `problems`.
Choice checked(const Json& step, Kind kind, const std::string& where, Problems& problems);

/// A matrix from a .npy file, float32. Throws Error where it is none.
at::Tensor matrix(const std::string& path);

/// A vector of so many numbers; undefined where the path is empty.
at::Tensor vector(const std::string& path, int64_t columns);

}  // namespace varangian
