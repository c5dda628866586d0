#include "experiments/halving.h"

#include "support/catch.h"

namespace varangian {
namespace {

std::vector<std::pair<int64_t, size_t>> pairs(const std::vector<HalvingLevel>& levels) {
  std::vector<std::pair<int64_t, size_t>> pairs;
  for (const HalvingLevel& level : levels) pairs.emplace_back(level.rounds, level.candidates);
  return pairs;
}

}  // namespace

TEST_CASE("each level keeps one in eta candidates and has eta times the rounds", "[halving]") {
  const HalvingTask task{.candidates = 27, .rounds = 2700, .every = 10, .eta = 3};
  CHECK(most_halvings(task) == 3);
  CHECK(pairs(halving_levels(task, 3)) ==
        std::vector<std::pair<int64_t, size_t>>{{100, 27}, {300, 9}, {900, 3}, {2700, 1}});
}

TEST_CASE("a level that goes on costs only its own rounds", "[halving]") {
  HalvingTask task{.candidates = 9, .rounds = 90, .every = 10, .eta = 3};
  CHECK(halving_cost(task, halving_levels(task, 2)) == Approx((9 * 10 + 3 * 20 + 60) / 90.));
  task.prolongs = false;
  CHECK(halving_cost(task, halving_levels(task, 2)) == Approx((9 * 10 + 3 * 30 + 90) / 90.));
}

TEST_CASE("levels end where runs are evaluated, and none before the first evaluation", "[halving]") {
  const HalvingTask task{.candidates = 100, .rounds = 1000, .every = 50, .eta = 3};
  CHECK(most_halvings(task) == 2);  // 1000 / 27 is before round 50
  CHECK(pairs(halving_levels(task, 2)) ==
        std::vector<std::pair<int64_t, size_t>>{{150, 100}, {350, 34}, {1000, 12}});
  CHECK(most_halvings({.candidates = 100, .rounds = 10, .every = 50, .eta = 3}) == 0);
  CHECK(most_halvings({.candidates = 1, .rounds = 1000, .every = 1, .eta = 3}) == 0);
}

TEST_CASE("the rounds of levels increase, whatever the numbers", "[halving]") {
  for (const int64_t rounds : {7, 100, 997, 4096})
    for (const int64_t every : {1, 3, 10, 64})
      for (const int64_t eta : {2, 3, 7})
        for (const size_t candidates : {1, 2, 10, 100}) {
          const HalvingTask task{.candidates = candidates, .rounds = rounds, .every = every, .eta = eta};
          int64_t before = 0;
          for (const HalvingLevel& level : halving_levels(task, most_halvings(task))) {
            CHECK(level.rounds > before);
            CHECK((level.rounds % every == 0 || level.rounds == rounds));
            before = level.rounds;
          }
          CHECK(before == rounds);
        }
}

TEST_CASE("a budget buys fewer halvings", "[halving]") {
  const HalvingTask task{.candidates = 9, .rounds = 90, .every = 10, .eta = 3};
  CHECK(halvings_within(task, std::nullopt) == 2);
  CHECK(halvings_within(task, 9) == 0);
  CHECK(halvings_within(task, 5) == 1);
  CHECK(halvings_within(task, 4.9) == 2);
  CHECK(halvings_within(task, 2.3) == std::nullopt);
}

}  // namespace varangian
