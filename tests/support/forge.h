#pragma once

#include "engine/forging.h"
#include "support/apply_rule.h"
#include "support/catch.h"

#include <ATen/ATen.h>

namespace varangian {

// A round of n workers, the last f of them liars, on a server with a rule.
struct Scene {
  int64_t n = 10, f = 3, columns = 1000, round = 5;
  std::string rule = "trimmed_mean";
  std::vector<std::string> pre = {};
};

/// What the liars send instead, [f, d].
inline at::Tensor forged_by(const std::shared_ptr<const Adversary>& adversary, const at::Tensor& rows,
                            const Scene& s = {}, bool one_by_one = false, uint64_t seed = 3) {
  Crew crew(2, false);
  Roster roster{.count = s.n, .honest = {}, .byzantine = {}};
  for (int64_t w = 0; w < s.n; ++w) (w < s.n - s.f ? roster.honest : roster.byzantine).push_back(w);
  std::vector<std::unique_ptr<PreAggregator>> chain;
  for (const std::string& step : s.pre)
    chain.push_back(make<PreAggregator>(Kind::pre_aggregator, step, rule_values(Kind::pre_aggregator, step)));
  const Defence defence(std::move(chain),
                        make<Aggregator>(Kind::aggregator, s.rule, rule_values(Kind::aggregator, s.rule)));
  State state;
  defence.declare(state, s.n, s.columns, at::kCPU);
  std::vector<Liars> liars;
  std::vector<std::vector<int64_t>> groups = {roster.byzantine};
  if (one_by_one) {
    groups.clear();
    for (const int64_t liar : roster.byzantine) groups.push_back({liar});
  }
  for (const std::vector<int64_t>& group : groups) {
    liars.push_back(
        {.adversary = adversary, .name = "", .workers = group, .random = Random(seed, Purpose::adversary)});
    Liars& last = liars.back();
    last.prefix = fmt::format("{}_", liars.size());
    declare(last, state, s.columns, at::kCPU);
  }
  at::Tensor all = rows.clone();
  const Messages wire{.encoding = Encoding::dense, .columns = s.columns, .rows = all};
  const at::Tensor zeros = at::zeros({s.columns}), ones = at::ones({s.columns}), nothing;
  const std::vector<int64_t> layers = {0};
  const Random random = Random(3, Purpose::rule).at(s.round);
  const DefenceView server{.wire = wire,
                           .declared_f = s.f,
                           .clock = {.round = s.round, .learning_rate = 0.1},
                           .last_update = s.round == 1 ? zeros : ones,
                           .weights = ones,
                           .reference = nothing,
                           .layers = layers,
                           .random = random,
                           .state = state};
  forge(liars, {.stage = Stage::message,
                .rows = all,
                .roster = roster,
                .defence = defence,
                .server = server,
                .full_gradient = ones,
                .encode = {},
                .parallel = crew});
  CHECK(at::equal(all.narrow(0, 0, s.n - s.f), rows.narrow(0, 0, s.n - s.f)));
  return all.narrow(0, s.n - s.f, s.f);
}

/// The same, of a registered one with these parameters.
inline at::Tensor forged(const std::string& name, const Given& given, const at::Tensor& rows,
                         const Scene& s = {}, bool one_by_one = false) {
  return forged_by(make<Adversary>(Kind::adversary, name, rule_values(Kind::adversary, name, given)), rows, s,
                   one_by_one);
}

}  // namespace varangian
