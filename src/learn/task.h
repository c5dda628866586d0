#pragma once

#include "varangian/adversary.h"
#include "varangian/parallel.h"
#include "varangian/random.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace varangian {

enum class Split { train, validation, test };

/// Whose batches are changed before their gradients are taken, and by whom.
struct Poisoning {
  const DataAdversary& adversary;
  Random random;  ///< the adversary's stream at this round
};

/// What is trained: it gives gradients of many workers, and evaluates weights.
class Task {
 public:
  virtual ~Task();

  virtual int64_t parameters() const = 0;
  virtual at::Device device() const = 0;

  /// float32 [parameters()], by the stream Purpose::initial_weights of `seed`.
  virtual at::Tensor initial_weights(uint64_t seed) const = 0;

  /// The gradients of a cohort in one round. Row i of rows [c, parameters()] gets worker workers[i]'s, and
  /// losses [c] its loss on its batch. Called from several threads at once, for different rows. With
  /// `poisoning` (null: none; only for tasks that have_samples()) batches pass through the adversary first.
  virtual void gradients(const at::Tensor& weights, std::span<const int64_t> workers, int64_t round,
                         at::Tensor rows, at::Tensor losses, const Poisoning* poisoning = nullptr) const = 0;

  virtual bool has_samples() const { return false; }

  /// The gradient without noise, of the mean loss over all that the honest workers hold, into out
  /// [parameters()].
  virtual void full_gradient(const at::Tensor& weights, at::Tensor out, Parallel& parallel) const = 0;

  /// The first column of each layer that has weights: one layer, unless the task says otherwise.
  virtual std::vector<int64_t> layers() const { return {0}; }

  /// Workers that can pass together, given n of them: a function of the task and its kind of device alone.
  virtual int64_t cohort(int64_t count) const = 0;

  /// True when the worker holds no samples: it sends a zero gradient, and its loss counts for nothing.
  virtual bool idle(int64_t) const { return false; }

  /// How far training has come after a round, in passes over the workers' data; 0 where that means nothing.
  virtual double epoch(int64_t round) const = 0;

  /// A split is evaluated in chunks, in any order, by several threads; 0 chunks: the split does not exist.
  virtual int64_t chunks(Split split) const = 0;
  /// Sums over a chunk, float64, on the task's device.
  virtual at::Tensor evaluate(const at::Tensor& weights, Split split, int64_t chunk) const = 0;
  /// Names of what `finish` returns, without the split: "loss", "accuracy", ...
  virtual std::vector<std::string> columns() const = 0;
  /// From the sums over all chunks, added in their order.
  virtual std::vector<double> finish(Split split, std::span<const double> sums) const = 0;
};

}  // namespace varangian
