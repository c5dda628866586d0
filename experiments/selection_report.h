#pragma once

#include "experiments/plan.h"

#include <filesystem>
#include <string>

namespace varangian {

/// What the plan's runs say to the questions of its sweep (selection.h), as a table for the eye with the
/// worst case in the test set beside it. The whole answer, with the incomplete cells, goes to selection.json
/// in `folder`. "" when nothing is asked.
std::string report_selections(const Plan& plan, const std::filesystem::path& folder);

}  // namespace varangian
