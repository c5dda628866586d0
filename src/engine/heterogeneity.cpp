#include "engine/heterogeneity.h"

#include "varangian/columns.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace varangian {

double label_entropy(const Shards& shards, std::span<const int64_t> workers, std::span<const int64_t> labels,
                     int64_t classes) {
  if (classes < 2) return std::numeric_limits<double>::quiet_NaN();
  double sum = 0;
  for (const int64_t worker : workers) {
    const std::vector<int64_t>& shard = shards[static_cast<size_t>(worker)];
    std::vector<int64_t> counts(static_cast<size_t>(classes), 0);
    for (const int64_t sample : shard) ++counts[static_cast<size_t>(labels[static_cast<size_t>(sample)])];
    for (const int64_t count : counts) {
      const double share =
          static_cast<double>(count) / static_cast<double>(std::max<size_t>(1, shard.size()));
      if (count > 0) sum -= share * std::log(share);
    }
  }
  return sum / (static_cast<double>(workers.size()) * std::log(static_cast<double>(classes)));
}

double gradient_dissimilarity(const Task& task, const at::Tensor& weights, const Roster& roster,
                              int64_t cohort, Crew& crew) {
  constexpr int64_t kBatches = 8;
  const int64_t honest = static_cast<int64_t>(roster.honest.size());
  const int64_t cohorts = (honest + cohort - 1) / cohort;
  std::vector<at::Tensor> sums(static_cast<size_t>(cohorts));    // of the workers' gradients
  std::vector<double> squares(static_cast<size_t>(cohorts), 0);  // of their norms, squared
  crew.for_each(cohorts, [&](int64_t i) {
    const int64_t size = std::min(cohort, honest - i * cohort);
    const std::span<const int64_t> workers(roster.honest.data() + i * cohort, static_cast<size_t>(size));
    at::Tensor rows = at::empty({size, task.parameters()}, weights.options());
    at::Tensor total = at::zeros_like(rows), losses = at::empty({size}, weights.options());
    for (int64_t round = 1; round <= kBatches; ++round) {
      task.gradients(weights, workers, round, rows, losses);
      total.add_(rows);
    }
    total.div_(static_cast<double>(kBatches));
    squares[static_cast<size_t>(i)] = sum_of_squares(total.view({-1})).item<double>();
    sums[static_cast<size_t>(i)] = total.sum(0);
  });
  at::Tensor mean = at::zeros_like(weights);
  for (const at::Tensor& sum : sums) mean.add_(sum);
  mean.div_(static_cast<double>(honest));
  double square = 0;
  for (const double part : squares) square += part;
  const double of_mean = sum_of_squares(mean).item<double>();
  return std::max(0.0, square / static_cast<double>(honest) - of_mean) / of_mean;
}

}  // namespace varangian
