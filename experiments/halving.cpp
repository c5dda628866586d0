#include "experiments/halving.h"

#include <algorithm>

namespace varangian {
namespace {

// Rounds of a level with so many halvings still to come, up to the next evaluation.
int64_t rounds_before(const HalvingTask& task, int64_t halvings) {
  int64_t divisor = 1;
  for (int64_t i = 0; i < halvings; ++i) divisor *= task.eta;  // at most `rounds`: see most_halvings
  const int64_t unit = divisor * task.every;
  return halvings == 0 ? task.rounds : (task.rounds + unit - 1) / unit * task.every;
}

}  // namespace

std::vector<HalvingLevel> halving_levels(const HalvingTask& task, int64_t halvings) {
  std::vector<HalvingLevel> levels;
  const size_t eta = static_cast<size_t>(task.eta);
  size_t candidates = task.candidates;
  for (int64_t left = halvings; left >= 0; --left) {
    levels.push_back({.rounds = rounds_before(task, left), .candidates = candidates});
    candidates = (candidates + eta - 1) / eta;
  }
  return levels;
}

int64_t most_halvings(const HalvingTask& task) {
  const size_t eta = static_cast<size_t>(task.eta);
  int64_t halvings = 0, rounds = task.rounds / task.eta;
  for (size_t left = task.candidates; left > 1 && rounds >= task.every; left = (left + eta - 1) / eta) {
    ++halvings;
    rounds /= task.eta;
  }
  return halvings;
}

double halving_cost(const HalvingTask& task, const std::vector<HalvingLevel>& levels) {
  double rounds = 0;
  int64_t done = 0;
  for (const HalvingLevel& level : levels) {
    rounds += static_cast<double>(level.candidates) * static_cast<double>(level.rounds - done);
    if (task.prolongs) done = level.rounds;
  }
  return rounds / static_cast<double>(task.rounds);
}

std::optional<int64_t> halvings_within(const HalvingTask& task, std::optional<double> budget) {
  const int64_t most = most_halvings(task);
  if (!budget) return most;
  for (int64_t halvings = 0; halvings <= most; ++halvings)
    if (halving_cost(task, halving_levels(task, halvings)) <= *budget) return halvings;
  return std::nullopt;
}

}  // namespace varangian
