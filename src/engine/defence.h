#pragma once

#include "varangian/column_rule.h"
#include "varangian/gram_rule.h"
#include "varangian/points.h"
#include "varangian/row_rule.h"

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace varangian {

/// What the server has of a round when it aggregates.
struct DefenceView {
  const Messages& wire;
  int64_t declared_f;
  Clock clock;
  const at::Tensor& last_update;
  const at::Tensor& weights;
  const at::Tensor& reference;  ///< undefined unless the rule asked for it
  std::span<const int64_t> layers;
  const Random& random;
  const State& state;
  Explanation* explanation = nullptr;
};

/// b after a, as one mixing of the points that a starts from. The points behind the messages stay.
Mixing after(const Mixing& a, const Mixing& b);

/// A chain of pre-aggregators and the rule behind them. However long the chain, the messages are read once
/// for their inner products and once to be combined: pre-aggregators and rules of the Gram family work on
/// small matrices. Before a ColumnRule messages are mixed block by block, in the cache; before a RowRule they
/// are mixed into a matrix of its own.
class Defence {
 public:
  Defence(std::vector<std::unique_ptr<PreAggregator>> chain, std::unique_ptr<Aggregator> rule);

  const Aggregator& rule() const { return *rule_; }

  /// Messages that reach the rule, of n.
  int64_t outputs(int64_t n) const;

  /// Adds what the rule remembers to the state of the run.
  void declare(State& state, int64_t n, int64_t columns, at::Device device) const;

  /// Signs: the rule's update is -1 or +1 everywhere, and `decide` can write it packed.
  Encoding gives() const;

  /// Writes update, float32 [d]; or, where it gives signs, int64 [ceil(d / 64)] when that is what it gets.
  /// Changes nothing else: `commit` does.
  Decision decide(const DefenceView& view, at::Tensor update, Parallel& parallel) const;

  static void commit(State& state, const Decision& decision);

  // For who asks what the defence would do without running all of it.

  bool has_chain() const { return !chain_.empty(); }
  /// The points behind the messages: the origin, and what the rule asked for.
  Points extra_points(const DefenceView& view) const;
  /// What the chain makes of messages: nothing where there is none. `geometry` becomes that behind it.
  std::optional<Mixing> mixing(std::optional<Geometry>& geometry, const DefenceView& view) const;
  /// A Gram rule's combination of the points of `geometry`, which is behind the chain.
  Coefficients coefficients(const GramRule& rule, const Geometry& geometry, const DefenceView& view) const;

 private:
  bool reads_gram() const;
  void by_columns(const ColumnRule& rule, const DefenceView& view, const Points& points, const Mixing* mixing,
                  at::Tensor update, Parallel& parallel) const;

  std::vector<std::unique_ptr<PreAggregator>> chain_;
  std::unique_ptr<Aggregator> rule_;
};

}  // namespace varangian
