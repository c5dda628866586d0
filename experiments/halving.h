#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace varangian {

/// All candidates of a level are judged after so many rounds.
struct HalvingLevel {
  int64_t rounds = 0;
  size_t candidates = 0;
};

/// What a search by successive halving has to do.
struct HalvingTask {
  size_t candidates = 1;
  int64_t rounds = 1;    ///< of the last level
  int64_t every = 1;     ///< rounds between evaluations, before which nothing can be judged
  int64_t eta = 3;       ///< each level keeps one in so many, and has so many times the rounds
  bool prolongs = true;  ///< whether a level goes on where the one before ended
};

/// Successive halving (Jamieson and Talwalkar 2016, arXiv 1502.07943) with so many halvings, 0: all
/// candidates at full length. Levels before the last end where runs are evaluated.
std::vector<HalvingLevel> halving_levels(const HalvingTask& task, int64_t halvings);

/// Until one candidate is left, or an earlier level would end before the first evaluation.
int64_t most_halvings(const HalvingTask& task);

/// In runs of full length.
double halving_cost(const HalvingTask& task, const std::vector<HalvingLevel>& levels);

/// The fewest halvings that cost no more than `budget`, since each may drop the worst attack; without a
/// budget the most. None when even these cost more.
std::optional<int64_t> halvings_within(const HalvingTask& task, std::optional<double> budget);

}  // namespace varangian
