#include "learn/schedule.h"
#include "support/catch.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

namespace varangian {
namespace {

std::unique_ptr<Schedule> schedule(const std::string& name, const std::map<std::string, Value>& given = {}) {
  return make<Schedule>(Kind::schedule, name,
                        values_for(Registry::instance().describe(Kind::schedule, name), given));
}

bool near(double a, double b) { return std::abs(a - b) < 1e-15; }

TEST_CASE("a constant schedule is 1", "[schedules]") {
  const auto constant = schedule("constant");
  CHECK(constant->factor(1, 10) == 1);
  CHECK(constant->factor(10, 10) == 1);
}

TEST_CASE("a step schedule falls after each of its rounds", "[schedules]") {
  const Value at = std::vector<int64_t>{4, 6}, half = 0.5;
  const auto step = schedule("step", {{"at", at}, {"factor", half}});
  const std::vector<double> expected = {1, 1, 1, 1, 0.5, 0.5, 0.25, 0.25};
  for (size_t i = 0; i < expected.size(); ++i)
    CHECK(step->factor(static_cast<int64_t>(i) + 1, 8) == expected[i]);
  CHECK(near(schedule("step", {{"at", at}})->factor(8, 8), 0.01));
}

TEST_CASE("a cosine schedule goes from 1 to its floor at the end of the run", "[schedules]") {
  const auto cosine = schedule("cosine");
  CHECK(cosine->factor(1, 8) == 1);
  CHECK(near(cosine->factor(5, 8), 0.5));
  CHECK(near(cosine->factor(8, 8), (1 + std::cos(std::numbers::pi * 7 / 8)) / 2));
  CHECK(near(cosine->factor(9, 8), 0));
  const Value floor = 0.2;
  CHECK(near(schedule("cosine", {{"floor", floor}})->factor(5, 8), 0.6));
  CHECK(near(schedule("cosine", {{"floor", floor}})->factor(9, 8), 0.2));
}

TEST_CASE("an inverse square root schedule is 1 / sqrt(t)", "[schedules]") {
  const auto inverse = schedule("inverse_sqrt");
  CHECK(inverse->factor(1, 10) == 1);
  CHECK(inverse->factor(4, 10) == 0.5);
  CHECK(near(inverse->factor(10, 10), 1 / std::sqrt(10.0)));
}

TEST_CASE("warmup multiplies any schedule by t / warmup up to its last round", "[schedules]") {
  const Value warmup = int64_t{4}, at = std::vector<int64_t>{2};
  for (const std::string name : {"constant", "step", "cosine", "inverse_sqrt"}) {
    CAPTURE(name);
    std::map<std::string, Value> given;
    if (name == "step") given["at"] = at;
    const auto plain = schedule(name, given);
    given["warmup"] = warmup;
    const auto warm = schedule(name, given);
    for (int64_t t = 1; t <= 8; ++t)
      CHECK(near(warm->factor(t, 8), plain->factor(t, 8) * std::min(1.0, static_cast<double>(t) / 4)));
  }
}

TEST_CASE("only the cosine schedule depends on the number of rounds", "[schedules]") {
  for (const std::string name : {"constant", "step", "cosine", "inverse_sqrt"}) {
    CAPTURE(name);
    CHECK(schedule(name)->depends_on_rounds() == (name == "cosine"));
  }
}

}  // namespace
}  // namespace varangian
