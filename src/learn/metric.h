#pragma once

#include "varangian/component.h"

#include <ATen/core/Tensor.h>

#include <span>
#include <string>
#include <vector>

namespace varangian {

/// A figure of merit over a split, from sums over its samples, so that a split can be evaluated in chunks.
class Metric : public Component {
 public:
  virtual bool classifies() const = 0;

  /// Column names without the split: {"accuracy"}.
  virtual std::vector<std::string> columns(int64_t outputs) const = 0;

  /// How many sums `sums` gives.
  virtual int64_t count(int64_t outputs) const = 0;

  /// Sums over the samples, float64 [count]. losses: [S], of the task's loss.
  virtual at::Tensor sums(const at::Tensor& outputs, const at::Tensor& targets,
                          const at::Tensor& losses) const = 0;

  /// One value a column from the sums over all `samples`. NaN where undefined (a class without samples).
  virtual std::vector<double> finish(std::span<const double> sums, int64_t samples) const = 0;
};

}  // namespace varangian
