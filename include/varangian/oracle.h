#pragma once

#include "varangian/geometry.h"

#include <ATen/core/Tensor.h>

#include <memory>
#include <span>
#include <vector>

namespace varangian {

/// Messages origin + t direction, from every liar.
class Line {
 public:
  virtual ~Line();

  /// |update - honest mean| for each t: for rules of the Gram family from inner products alone, whatever d;
  /// for rules of columns on a sample of the columns when there are very many; for others by running them.
  virtual std::vector<double> damage(std::span<const double> steps) const = 0;
};

/// The server's own defence: with its state, which no question changes, and its own random numbers of this
/// round, so that a stateful or randomised rule answers what it will do.
class Oracle {
 public:
  virtual ~Oracle();

  /// The update, float32 [d], if every liar of the run sent `message` [d], through the codec. A rule that
  /// explains itself (`varangian aggregate --explain`) then fills `explanation`: "weights" of the workers'
  /// messages, 0 for those that were not selected, scores.
  virtual at::Tensor update(const at::Tensor& message, Explanation* explanation = nullptr) const = 0;

  /// Both [d], on the device of the messages; they must outlive the line.
  virtual std::unique_ptr<Line> line(const at::Tensor& origin, const at::Tensor& direction) const = 0;
};

}  // namespace varangian
