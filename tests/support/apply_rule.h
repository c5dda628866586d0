#pragma once

#include "engine/crew.h"
#include "engine/defence.h"
#include "varangian/component.h"
#include "varangian/signs.h"

#include <ATen/ATen.h>

#include <map>
#include <string>
#include <vector>

namespace varangian {

using Given = std::map<std::string, Value>;

inline Values rule_values(Kind kind, const std::string& name, const Given& given = {}) {
  return values_for(Registry::instance().describe(kind, name), given);
}

/// A rule, with a chain before it, on rows as the server would run it: rounds one after another on the same
/// state.
class Server {
 public:
  Server(const std::string& rule, const Given& given = {}, const std::vector<std::string>& pre = {},
         int threads = 1)
      : crew_(threads, false) {
    std::vector<std::unique_ptr<PreAggregator>> chain;
    for (const std::string& name : pre)
      chain.push_back(
          make<PreAggregator>(Kind::pre_aggregator, name, rule_values(Kind::pre_aggregator, name)));
    defence_ = std::make_unique<Defence>(
        std::move(chain),
        make<Aggregator>(Kind::aggregator, rule, rule_values(Kind::aggregator, rule, given)));
  }

  at::Tensor round(const at::Tensor& rows, int64_t f, const at::Tensor& reference = {}) {
    const int64_t n = rows.size(0), columns = rows.size(1);
    if (last_.numel() != columns) {
      last_ = at::zeros({columns}, rows.options());
      defence_->declare(state_, n, columns, rows.device());
    }
    Messages wire{.encoding = defence_->rule().takes(), .columns = columns, .rows = rows};
    if (wire.encoding == Encoding::signs) {
      wire.rows = at::empty({n, (columns + 63) / 64}, rows.options().dtype(at::kLong));
      pack_signs(rows, wire.rows);
    }
    ++round_;
    const at::Tensor weights = at::zeros({columns}, rows.options());
    const std::vector<int64_t> layers = {0};
    const Random random = Random(3, Purpose::rule).at(round_);
    at::Tensor update = at::full({columns}, 99.0f, rows.options());
    const Decision decision = defence_->decide({.wire = wire,
                                                .declared_f = f,
                                                .clock = {.round = round_, .learning_rate = 1},
                                                .last_update = last_,
                                                .weights = weights,
                                                .reference = reference,
                                                .layers = layers,
                                                .random = random,
                                                .state = state_},
                                               update, crew_);
    Defence::commit(state_, decision);
    last_ = update.clone();
    return update;
  }

  const Defence& defence() const { return *defence_; }
  const State& state() const { return state_; }

 private:
  Crew crew_;
  std::unique_ptr<Defence> defence_;
  State state_;
  at::Tensor last_;
  int64_t round_ = 0;
};

inline at::Tensor normal_matrix(int64_t n, int64_t columns, uint64_t seed = 9) {
  at::Tensor rows = at::empty({n, columns});
  std::vector<int64_t> workers(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i) workers[static_cast<size_t>(i)] = i;
  Random(seed, Purpose::noise).normal(rows, workers);
  return rows;
}

}  // namespace varangian
