#pragma once

#include "experiments/breakdown.h"
#include "experiments/plan.h"
#include "experiments/run_options.h"

#include <atomic>

namespace varangian {

/// Finds, for each combination of the swept values, how much of `search.over` its runs survive, starting only
/// the runs that the answer needs. `plan` holds all that could be needed; its verdicts follow what is done.
/// What is done is not repeated: the search goes where the results in the folder lead it. Prints the answers
/// and writes breakdown.json into the sweep's folder. Returns the exit code.
int search_breakdown(Plan& plan, const BreakdownSearch& search, const RunOptions& options,
                     const std::atomic<bool>& stop);

}  // namespace varangian
