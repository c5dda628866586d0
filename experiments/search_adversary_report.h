#pragma once

#include "experiments/search_adversary_session.h"

#include <filesystem>
#include <string>

namespace varangian {

/// What a search found, as a table for the eye. Writes into `folder` for each combination worst-<its
/// values>.json, a config of the worst adversary that `run` takes, and search.json with every level behind
/// it.
std::string report_search(const Plan& plan, const AdversarySearchSession& session,
                          const std::filesystem::path& folder);

/// "9 candidates to round 100, 3 to 300, 1 to 900", for each way in which combinations are searched.
std::string describe_search(const Plan& plan);

}  // namespace varangian
