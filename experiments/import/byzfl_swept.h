#pragma once

#include "core/json.h"

#include <vector>

namespace varangian {

/// For each of these configs (of import_byzfl, without sweeps), where it stands on the axes along which they
/// differ; the axes have the names that import_byzfl gives them where a file has lists.
std::vector<Json> swept_of(const std::vector<Json>& configs);

}  // namespace varangian
