#pragma once

#include "engine/checkpoint.h"
#include "engine/recorder.h"
#include "engine/simulation.h"
#include "record/run_log.h"
#include "varangian/diagnostic.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace varangian {

enum class Outcome { completed, diverged, interrupted, late };

struct TrainingOptions {
  int64_t evaluate_every = 50;
  std::vector<Split> evaluate_on;  ///< of validation and test
  double checkpoint_seconds = 300;
  std::optional<std::chrono::steady_clock::time_point> deadline;
};

/// Told of after each round, for a progress display.
struct Progress {
  int64_t first_round = 0;  ///< where this session began
  int64_t round = 0, rounds = 0;
  double train_loss = 0;
  std::string evaluation;  ///< "test accuracy 0.81", of the last evaluation; "" before
};

struct TrainingResult {
  Outcome outcome = Outcome::completed;
  std::string reason;        ///< why it diverged
  int64_t first_round = 0;   ///< where this session began: 0, or the checkpoint's round
  int64_t round = 0;         ///< the last one done
  Json last;                 ///< the last evaluation: round, train_loss and <split>_<column> values
  bool same_machine = true;  ///< false when it went on from a checkpoint of another kind of machine
};

/// From the last checkpoint, or from the start, to the end: rounds, evaluations, records, checkpoints. Ends
/// early when `stop` becomes true or the deadline has passed (after the round in hand, with a checkpoint;
/// past the deadline there is still one round, so that every start comes further) and when loss or weights
/// are not finite. A record that starts anew keeps the old csv files beside it until it is whole.
TrainingResult train(Simulation& simulation, const std::vector<std::unique_ptr<Diagnostic>>& diagnostics,
                     const TrainingOptions& options, const RunDirectory& directory,
                     const std::atomic<bool>& stop, const std::function<void(const Progress&)>& progress,
                     RunLog& log);

}  // namespace varangian
