#pragma once

#include "varangian/component.h"

#include <cstdint>

namespace varangian {

class Schedule : public Component {
 public:
  /// Factor of the learning rate in round 1..rounds.
  virtual double factor(int64_t round, int64_t rounds) const = 0;
  /// True when the factor depends on `rounds`: such a run cannot be prolonged.
  virtual bool depends_on_rounds() const { return false; }
};

}  // namespace varangian
