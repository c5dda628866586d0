#pragma once

#include "varangian/clock.h"
#include "varangian/component.h"
#include "varangian/random.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

namespace varangian {

/// What a blind adversary may see, and no more: the messages that its own workers would send if they were
/// honest (after worker momentum), and what every worker knows. There is no way from here to another's row.
struct BlindView {
  const at::Tensor& own;             ///< float32 [k, d]: row i is worker workers[i]'s honest message
  std::span<const int64_t> workers;  ///< the k liars' worker ids
  int64_t count;                     ///< n, all workers
  int64_t byzantine;                 ///< f, the liars among them
  Clock clock;
  const at::Tensor& last_update;  ///< [d], what the server broadcast last; zeros in round 1
  const Random& random;           ///< this adversary's own stream, at this round
};

/// Base of the adversaries; derive from BlindAdversary.
class Adversary : public Component {};

/// An adversary that sees its own workers only (the paper's setting: blind and not cooperating).
class BlindAdversary : public Adversary {
 public:
  ~BlindAdversary() override;

  /// False when `forge` never reads view.own: its workers' gradients are then not computed, and view.own is
  /// undefined.
  virtual bool reads_own() const { return true; }

  /// Writes what the workers send instead into messages, float32 [k, d] on the device of view.own, all of
  /// it. Rows are independent: the engine may hand over the liars together or one by one.
  virtual void forge(const BlindView& view, at::Tensor messages) const = 0;
};

}  // namespace varangian
