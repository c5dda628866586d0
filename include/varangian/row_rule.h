#pragma once

#include "varangian/aggregator.h"
#include "varangian/clock.h"
#include "varangian/geometry.h"
#include "varangian/parallel.h"
#include "varangian/random.h"
#include "varangian/state.h"

#include <ATen/core/Tensor.h>

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace varangian {

/// What a rule that reads whole rows sees of a round.
struct RowsView {
  const at::Tensor& rows;  ///< dense: [n, d]; signs: [n, ceil(d / 64)] words
  int64_t columns;         ///< d
  int64_t declared_f;
  Clock clock;
  const at::Tensor& last_update;    ///< [d]
  const at::Tensor& weights;        ///< [d], before the step
  const at::Tensor& reference;      ///< [d], the server's own gradient; undefined unless asked for
  std::span<const int64_t> layers;  ///< the first column of each layer that has weights
  const Random& random;
  const State& state;
  Parallel& parallel;
  Explanation* explanation;  ///< may be null

  int64_t n() const { return rows.size(0); }
  void explain(const std::string& name, const std::vector<double>& values) const {
    if (explanation != nullptr) (*explanation)[name] = values;
  }
};

/// New values of what a rule remembers, by name. Only the server commits them: whoever merely asks what the
/// rule would do changes nothing.
using Decision = std::vector<std::pair<std::string, at::Tensor>>;

/// Any other rule. Across machines it forces all rows into one place.
class RowRule : public Aggregator {
 public:
  ~RowRule() override;

  /// Adds what it remembers from round to round; names begin with "rule_".
  virtual void declare(State& state, int64_t n, int64_t columns, at::Device device) const;

  /// Writes update, float32 [d], and returns what to remember.
  virtual Decision decide(const RowsView& view, at::Tensor update) const = 0;
};

}  // namespace varangian
