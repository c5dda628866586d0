#pragma once

#include "varangian/aggregator.h"
#include "varangian/clock.h"
#include "varangian/geometry.h"
#include "varangian/random.h"

namespace varangian {

/// What a rule of the Gram family sees of a round.
struct GramView {
  const Geometry& geometry;
  int64_t declared_f;
  Clock clock;
  const Random& random;      ///< the rule's stream at this round
  Explanation* explanation;  ///< may be null

  int64_t n() const { return geometry.n(); }
  void explain(const std::string& name, const std::vector<double>& values) const {
    if (explanation != nullptr) (*explanation)[name] = values;
  }
};

/// A rule that decides by inner products and returns a combination of the rows: one pass for the products,
/// one to combine.
class GramRule : public Aggregator {
 public:
  ~GramRule() override;

  /// Of all points of the geometry. Zero where the point is not finite.
  virtual Coefficients coefficients(const GramView& view) const = 0;

  /// True when the geometry must hold the last update.
  virtual bool reads_last_update() const { return false; }
};

/// What happens to the messages before the rule: n messages become k combinations of them.
class PreAggregator : public Component {
 public:
  ~PreAggregator() override;

  /// How many come out of n.
  virtual int64_t outputs(int64_t n) const { return n; }

  /// Throws Error where it cannot serve n messages of which f may lie.
  virtual void check(int64_t n, int64_t f) const;

  virtual Mixing mixing(const GramView& view) const = 0;
};

}  // namespace varangian
