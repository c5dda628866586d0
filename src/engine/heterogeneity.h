#pragma once

#include "data/partition.h"
#include "engine/crew.h"
#include "engine/roster.h"
#include "learn/task.h"

#include <cstdint>
#include <span>
#include <vector>

namespace varangian {

/// Mean over these workers of the entropy of their labels, as a share of the largest possible, log(classes):
/// 1 when every worker holds all classes equally, 0 when each holds one. NaN without classes.
double label_entropy(const Shards& shards, std::span<const int64_t> workers, std::span<const int64_t> labels,
                     int64_t classes);

/// (mean over honest workers of |g_w - g|^2) / |g|^2 with g the mean of the g_w; each g_w is a worker's
/// gradient at `weights`, averaged over its first eight batches. 0 when all agree; noise of batches counts
/// too.
double gradient_dissimilarity(const Task& task, const at::Tensor& weights, const Roster& roster,
                              int64_t cohort, Crew& crew);

}  // namespace varangian
