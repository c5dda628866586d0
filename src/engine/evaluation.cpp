#include "engine/evaluation.h"

#include <ATen/ATen.h>

namespace varangian {

std::vector<double> evaluate(const Task& task, const at::Tensor& weights, Split split, Crew& crew) {
  const int64_t chunks = task.chunks(split);
  if (chunks == 0) return {};
  std::vector<at::Tensor> parts(static_cast<size_t>(chunks));
  crew.for_each(chunks, [&](int64_t chunk) { parts[chunk] = task.evaluate(weights, split, chunk); });
  const at::Tensor stacked = at::stack(parts).to(at::kCPU).contiguous();
  std::vector<double> sums(static_cast<size_t>(stacked.size(1)), 0.0);
  const double* values = stacked.data_ptr<double>();
  for (int64_t chunk = 0; chunk < chunks; ++chunk)
    for (double& sum : sums) sum += *values++;
  return task.finish(split, sums);
}

}  // namespace varangian
