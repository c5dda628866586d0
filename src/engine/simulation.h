#pragma once

#include "engine/crew.h"
#include "engine/defence.h"
#include "engine/error_feedback.h"
#include "engine/forging.h"
#include "engine/roster.h"
#include "learn/optimizer.h"
#include "learn/schedule.h"
#include "learn/task.h"
#include "varangian/compressor.h"
#include "varangian/state.h"

#include <memory>
#include <optional>
#include <vector>

namespace varangian {

/// m = beta m + gain g, with gain 1 - beta when damped and 1 otherwise; beta 0 sends the gradient.
struct WorkerMomentum {
  double beta = 0;
  bool damped = true;
};

/// What a run is made of.
struct Setup {
  std::unique_ptr<Task> task;
  Roster roster;
  std::vector<Liars> liars;    ///< together all of roster.byzantine, or none when there are no liars
  std::optional<double> clip;  ///< a worker's gradient is scaled down to this norm, before momentum
  WorkerMomentum momentum;
  std::unique_ptr<Compressor> compressor;  ///< of the workers' messages
  std::optional<ErrorFeedback> feedback;   ///< around it
  std::unique_ptr<Compressor> down;        ///< of the broadcast
  std::optional<ErrorFeedback> down_feedback;
  std::unique_ptr<Defence> defence;
  int64_t declared_f = 0;
  std::unique_ptr<Optimizer> optimizer;
  std::unique_ptr<Schedule> schedule;
  int64_t rounds = 0;
  int64_t cohort = 1;  ///< workers whose gradients one thread computes in one pass
  uint64_t init_seed = 0;
  at::Tensor start;  ///< initial weights; undefined: drawn by the task from init_seed
  uint64_t rule_seed = 0;
  bool observed_outside = false;  ///< a diagnostic works in a process of its own
};

/// Seconds of one round.
struct PhaseSeconds {
  double gradients = 0, forge = 0, encode = 0, aggregate = 0, step = 0, evaluate = 0;
};

/// What a round leaves to be read. Tensors, so that nothing waits for a device inside a round.
struct Round {
  Clock clock;
  at::Tensor losses;   ///< float32 [n], each worker's loss on its batch
  at::Tensor squares;  ///< float64 [blocks, 2]: sums of squares of the update and of the new weights by block
  int64_t bytes_up = 0, bytes_down = 0;
  PhaseSeconds seconds;
};

/// The parameter server's rounds in one process. Owns the weights and the large buffers, which are reused.
class Simulation {
 public:
  Simulation(Setup setup, Crew& crew);

  /// One synchronous round; rounds are counted from 1. See simulation.cpp: it is the whole algorithm.
  Round round(int64_t number);

  const Setup& setup() const { return setup_; }
  Crew& crew() { return crew_; }
  const at::Tensor& weights() const { return state_["weights"]; }

  /// Weights and everything that lives from round to round.
  State& state() { return state_; }

  /// True when a component works in a process of its own, which may end in any round.
  bool works_outside() const;

  // Of the last round, for measurements.
  const Messages& wire() const { return wire_; }
  const at::Tensor& update() const { return state_["last_update"]; }
  at::Tensor honest_mean();

 private:
  using Run = std::vector<int64_t>;  ///< workers whose rows follow one another

  /// Workers whose gradients one task computes.
  struct Cohort {
    Run workers;
    const Liars* liars;  ///< of those whose gradients nobody reads, or whose batches are poisoned; else null
  };

  bool is_honest(int64_t worker) const;
  bool is_wasted(const Cohort& cohort, int64_t round) const;
  void compute(const Cohort& cohort, const Clock& clock);
  void take_momentum(int64_t first, int64_t count);
  void finish_rows(const Cohort& cohort, const Clock& clock);
  void take_honest_batches(const Liars& liars, const Clock& clock);
  void compute_reference(int64_t round);
  int64_t encode(const std::vector<Run>& runs, const Random& codec);
  void keep_residuals(const Clock& clock);
  void forge(Stage stage, const Clock& clock);
  DefenceView server_view(const Clock& clock, const Random& random) const;
  Decision aggregate(const Clock& clock);
  int64_t broadcast(const Clock& clock);
  void step(int64_t block, const Clock& clock);
  int64_t width(int64_t block) const;
  at::Tensor matrix(int64_t rows) const;
  Messages wire_for(const Compressor& codec, int64_t rows) const;

  Setup setup_;
  Crew& crew_;
  int64_t columns_;
  int64_t block_width_;  ///< columns that one task aggregates: fixed, so that threads cannot change a bit
  int64_t blocks_;
  std::vector<int64_t> layers_;
  std::vector<Cohort> cohorts_;
  std::vector<Run> honest_runs_, byzantine_runs_;
  State state_;
  at::Tensor rows_;     ///< float32 [n, d]: what workers mean to send
  Messages wire_;       ///< what the server sees
  Messages down_wire_;  ///< what the workers see, one row, where the broadcast has a codec
  at::Tensor reference_,
      reference_row_;  ///< [1, d] and [d], the server's gradient, where the defence reads it
  at::Tensor losses_, squares_;
  at::Tensor update_;          ///< of this round: float32 [d], or packed signs, int64 [ceil(d / 64)]
  at::Tensor full_gradient_;   ///< [d], where an adversary reads it
  bool lies_before_momentum_;  ///< some liars forge gradients
  /// The momenta of honest workers go to the wire as signs, in the pass that computes them. Nobody reads
  /// those rows of rows_ then, which keep the gradients.
  bool packs_momenta_;
  Random codec_random_, down_random_, rule_random_;
};

}  // namespace varangian
