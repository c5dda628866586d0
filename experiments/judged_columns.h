#pragma once

#include "experiments/config.h"

#include <string>
#include <vector>

namespace varangian {

/// Why a run cannot be judged by a column of metrics.csv, and what would be right; "" when it can.
std::string why_not_judged(const RunConfig& run, const std::string& column);

/// Test accuracy where it is measured, else the nearest to it.
std::string default_column(const RunConfig& run);

}  // namespace varangian
