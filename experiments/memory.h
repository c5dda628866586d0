#pragma once

#include "experiments/assemble.h"

namespace varangian {

/// Bytes of everything that lives from round to round and is checkpointed: weights, the last update, momentum
/// and residuals, what the optimizer, the rule and the adversaries keep.
double state_bytes(const RunConfig& run, const Setup& setup);

/// Bytes that the data, rows and state of a run need: what grows with n, d and the samples, in one process.
double needed_memory(const RunConfig& run, const Assembly& assembly, DataCache& data);

/// Bytes of memory that this process can ever have: the machine's, or its control group's limit.
double available_memory();

/// "1.5 GB".
std::string shown_bytes(double count);

}  // namespace varangian
