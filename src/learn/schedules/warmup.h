#pragma once

#include "learn/schedule.h"

namespace varangian {

/// The parameter of every schedule. From 0 exclusive to the schedule's own value in even steps.
inline Parameter warmup_parameter() {
  return {.name = "warmup",
          .summary = "the factor is multiplied by t / warmup in rounds t <= warmup",
          .initial = int64_t{0},
          .low = 0,
          .unit = "rounds"};
}

/// A schedule whose first rounds rise linearly.
class WarmedUp : public Schedule {
 public:
  explicit WarmedUp(const Values& values) : warmup_(values.integer("warmup")) {}

  double factor(int64_t round, int64_t rounds) const final {
    const double full = shape(round, rounds);
    return round < warmup_ ? full * (static_cast<double>(round) / static_cast<double>(warmup_)) : full;
  }

 protected:
  virtual double shape(int64_t round, int64_t rounds) const = 0;

 private:
  int64_t warmup_;
};

}  // namespace varangian
