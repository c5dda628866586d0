#pragma once

#include "experiments/config.h"

namespace varangian {

// Parts of resolve_run: what a resolved config says of the workers. What is wrong goes to `problems`.

/// n and f from two of count, honest and byzantine; fills in the third.
void resolve_counts(Json& workers, RunConfig& run, Problems& problems);

/// What each worker gets of what is said for all: run.batch, run.shards. After resolve_counts.
void resolve_shares(Json& workers, RunConfig& run, Problems& problems);
/// How many liars follow which adversary, in which rounds.
void resolve_adversaries(Json& adversaries, RunConfig& run, Problems& problems);

}  // namespace varangian
