#pragma once

#include "learn/task.h"

namespace varangian {

/// A task without data: all workers have one objective, whose value is exact, and each its own noise.
class FormulaTask : public Task {
 public:
  /// All coordinates start at `start`.
  FormulaTask(int64_t dimension, double start, uint64_t batch_seed, at::Device device);

  int64_t parameters() const final { return dimension_; }
  at::Device device() const final { return device_; }
  at::Tensor initial_weights(uint64_t seed) const final;
  void gradients(const at::Tensor& weights, std::span<const int64_t> workers, int64_t round, at::Tensor rows,
                 at::Tensor losses, const Poisoning* poisoning) const final;
  int64_t cohort(int64_t) const final { return 1; }
  double epoch(int64_t) const final { return 0; }
  int64_t chunks(Split split) const final { return split == Split::test ? 1 : 0; }
  at::Tensor evaluate(const at::Tensor& weights, Split split, int64_t chunk) const final;
  std::vector<std::string> columns() const final { return {"loss"}; }
  std::vector<double> finish(Split, std::span<const double> sums) const final { return {sums[0]}; }

 private:
  /// 0-dim, float64.
  virtual at::Tensor value(const at::Tensor& weights) const = 0;
  /// Writes rows; `noise` is the stream of the round.
  virtual void gradient(const at::Tensor& weights, std::span<const int64_t> workers, const Random& noise,
                        at::Tensor rows) const = 0;

  int64_t dimension_;
  double start_;
  at::Device device_;
  Random noise_;
};

}  // namespace varangian
