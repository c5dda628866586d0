#pragma once

#include "varangian/clock.h"
#include "varangian/component.h"
#include "varangian/honest.h"
#include "varangian/oracle.h"
#include "varangian/parallel.h"
#include "varangian/random.h"
#include "varangian/state.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

namespace varangian {

/// What a blind adversary may see, and no more: the messages that its own workers would send if they were
/// honest, and what every worker knows. There is no way from here to another's row.
struct BlindView {
  const at::Tensor& own;             ///< float32 [k, d]: row i is worker workers[i]'s honest message
  std::span<const int64_t> workers;  ///< the k liars' worker ids
  int64_t count;                     ///< n, all workers
  int64_t byzantine;                 ///< f, the liars among them
  Clock clock;
  const at::Tensor& last_update;  ///< [d], what the server broadcast last; zeros in round 1
  const Random& random;           ///< this adversary's own stream, at this round
  const State& state;             ///< what it declared, of these k workers; write into its tensors
};

/// What an omniscient adversary sees: everything but the batches.
struct OmniscientView : BlindView {
  const HonestRows& honest;         ///< the honest messages, and statistics of them shared in the round
  const Oracle& oracle;             ///< the server's rule, asked without being advanced
  const at::Tensor& weights;        ///< [d], before the step
  std::span<const int64_t> layers;  ///< the first column of each layer that has weights
  const at::Tensor& full_gradient;  ///< [d], over all training samples; undefined unless asked for
  Parallel& parallel;
};

/// Decides what its workers send instead of their honest messages. Derive from BlindAdversary, DataAdversary
/// or OmniscientAdversary; which of them it is, is what it knows.
class Adversary : public Component {
 public:
  ~Adversary() override;

  /// False when it never reads view.own: its workers' gradients are then not computed, and view.own is
  /// undefined.
  virtual bool reads_own() const { return true; }

  /// Throws Error where it cannot attack with f of n workers.
  virtual void check(int64_t n, int64_t f) const;

  /// Adds what it remembers from round to round, with its workers (k) as the first axis, Axis::worker, or
  /// without them. It is checkpointed.
  virtual void declare(State& state, int64_t workers, int64_t columns, at::Device device) const;
};

/// An adversary that sees its own workers only (the paper's setting: blind and not cooperating).
class BlindAdversary : public Adversary {
 public:
  ~BlindAdversary() override;

  /// Writes what the workers send instead into messages, float32 [k, d] on the device of view.own, all of
  /// it. Rows are independent: the engine may hand over the liars together or one by one.
  virtual void forge(const BlindView& view, at::Tensor messages) const = 0;
};

/// A liar's batch before its gradient is computed from it.
struct Batch {
  at::Tensor inputs;               ///< float32 [S, width], normalised; may be changed
  at::Tensor targets;              ///< int64 [S] classes, or float32 [S, outputs]; may be changed
  std::span<const int64_t> shape;  ///< of one input: {channels, height, width} or {features}
  int64_t classes;                 ///< 0: targets are values
  at::Tensor outputs;              ///< [S, classes], of the model as it is; undefined unless asked for
  int64_t worker;
  const Random& random;  ///< this adversary's own stream, at this round
};

/// An adversary that trains on other samples, or another objective: it changes its workers' batches, and may
/// change the messages that come of them. Needs a task with samples.
class DataAdversary : public BlindAdversary {
 public:
  ~DataAdversary() override;

  virtual void poison(const Batch& batch) const = 0;

  /// True when poison reads batch.outputs.
  virtual bool reads_outputs() const { return false; }

  /// True: instead of their own samples, liars train on the batches of all honest workers and send the mean
  /// of those gradients (ByzFL's reading of label flipping), without momentum.
  virtual bool takes_honest_batches() const { return false; }

  /// A backdoor: puts its trigger on test inputs [S, width] and returns true; the run then measures how many
  /// of them the model takes for target().
  virtual bool trigger(at::Tensor inputs, std::span<const int64_t> shape) const;
  virtual int64_t target() const { return 0; }

  /// Sends what came of the poisoned batch, unless overridden.
  void forge(const BlindView& view, at::Tensor messages) const override;
};

/// An adversary that knows what the honest workers send and what the server will make of it.
class OmniscientAdversary : public Adversary {
 public:
  ~OmniscientAdversary() override;
  bool reads_own() const override { return false; }

  /// True when view.full_gradient must be there: it costs a pass over the training set each round.
  virtual bool reads_full_gradient() const { return false; }

  /// As BlindAdversary::forge; all its workers together.
  virtual void forge(const OmniscientView& view, at::Tensor messages) const = 0;
};

/// Throws Error where targets are not classes.
void require_classes(const Batch& batch);

/// All liars of `messages` send the same.
void send_all(const at::Tensor& message, at::Tensor messages);

/// The same view of another state: for adversaries made of others.
OmniscientView with_state(const OmniscientView& view, const State& state);

/// What another adversary, blind or omniscient, would send here: for adversaries made of others.
void forge_as(const Adversary& adversary, const OmniscientView& view, at::Tensor messages);

}  // namespace varangian
