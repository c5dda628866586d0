#pragma once

#include "experiments/import/draft.h"
#include "experiments/import/foreign_file.h"

namespace varangian {

// The parts of ByzFL's file, each to the same part of ours; byzfl_config.h puts them together.

/// ByzFL's data set, normalised as there, its model and its loss.
void import_byzfl_task(ForeignFile& file, Draft& draft);
/// How many there are, how many of them lie, their data, batches and momentum.
void import_byzfl_workers(ForeignFile& file, Draft& draft);
/// The rule, what comes before it, and what the liars do.
void import_byzfl_defence(ForeignFile& file, Draft& draft);

}  // namespace varangian
