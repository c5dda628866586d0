#pragma once

#include "experiments/plan.h"

namespace varangian {

/// Reads the data of every run that would start and puts its parts together, once for each shape of run, so
/// that what does not fit is told before anything starts: a damaged data set, a model for other inputs, a
/// batch larger than a shard, more memory than there is. Throws one Error with all of it. Fills in
/// plan.sizes.
void check_fit(Plan& plan, const std::string& file);

}  // namespace varangian
