#pragma once

#include "engine/crew.h"
#include "learn/task.h"

#include <vector>

namespace varangian {

/// The values of task.columns() over a split; empty when the task has no such split. Chunks are added in
/// their order, whatever the number of threads.
std::vector<double> evaluate(const Task& task, const at::Tensor& weights, Split split, Crew& crew);

}  // namespace varangian
