#include "support/apply_rule.h"
#include "support/catch.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

// Every registered rule is held to what its descriptor says, and to the policy on hostile numbers.
namespace varangian {
namespace {

constexpr int64_t kN = 13, kF = 2, kFeedbackColumns = 300;

// What a rule needs beyond its defaults on rows of N(1, 1), d = 300.
Given settings(const std::string& rule) {
  if (rule == "byzantine_sgd") return {{"along", 1e9}, {"sum", 40.0}, {"message", 30.0}};
  if (rule == "safeguard") return {{"short_threshold", 4.0}, {"long_threshold", 4.0}};
  if (rule == "flame") return {{"epsilon", 0.0}};
  if (rule == "gas") return {{"groups", int64_t{7}}};
  return {};
}

// All but the one that is whatever program a user names.
std::vector<const Descriptor*> rules() {
  std::vector<const Descriptor*> all = Registry::instance().list(Kind::aggregator);
  std::erase_if(all, [](const Descriptor* rule) { return rule->name == "process"; });
  return all;
}

at::Tensor honest_rows(int64_t n = kN, uint64_t seed = 9) {
  return normal_matrix(n, kFeedbackColumns, seed).add(1.0f);
}

at::Tensor once(const Descriptor& rule, const at::Tensor& rows, int64_t f = kF,
                const at::Tensor& shift = {}) {
  at::Tensor reference = at::ones({rows.size(1)});
  if (shift.defined()) reference.add_(shift);
  return Server(rule.name, settings(rule.name)).round(rows, f, reference);
}

bool bears_liars(const Descriptor& rule) { return !rule.rule.breakdown.starts_with("none"); }

bool near(const at::Tensor& a, const at::Tensor& b) { return at::allclose(a, b, 1e-4, 1e-4); }

}  // namespace

TEST_CASE("every rule states what it reads, costs and bears", "[conformance]") {
  CHECK(rules().size() >= 37);
  for (const Kind kind : {Kind::aggregator, Kind::pre_aggregator})
    for (const Descriptor* rule : Registry::instance().list(kind)) {
      INFO(rule->name);
      CHECK(std::set<std::string>{"columns", "gram", "rows"}.contains(rule->rule.reads));
      CHECK_FALSE(rule->rule.complexity.empty());
      CHECK_FALSE(rule->rule.breakdown.empty());
      CHECK(rule->rule.least >= 1);
      if (kind == Kind::pre_aggregator || rule->name == "process") continue;
      const auto made =
          make<Aggregator>(kind, rule->name, rule_values(kind, rule->name, settings(rule->name)));
      CHECK((dynamic_cast<const ColumnRule*>(made.get()) != nullptr) == (rule->rule.reads == "columns"));
      CHECK((dynamic_cast<const GramRule*>(made.get()) != nullptr) == (rule->rule.reads == "gram"));
    }
}

TEST_CASE("the order of the messages matters where the rule says so", "[conformance]") {
  const at::Tensor rows = honest_rows();
  std::vector<int64_t> order(kN);
  std::iota(order.begin(), order.end(), 0);
  std::rotate(order.begin(), order.begin() + 5, order.end());
  std::swap(order[1], order[7]);
  const at::Tensor shuffled = rows.index_select(0, at::tensor(order));
  for (const Descriptor* rule : rules()) {
    INFO(rule->name);
    if (rule->rule.permutation) CHECK(near(once(*rule, rows), once(*rule, shuffled)));
  }
}

TEST_CASE("adding a vector to all messages adds it to the update where the rule says so", "[conformance]") {
  const at::Tensor rows = honest_rows(), shift = normal_matrix(1, kFeedbackColumns, 77)[0];
  for (const Descriptor* rule : rules()) {
    INFO(rule->name);
    if (rule->rule.translation) CHECK(near(once(*rule, rows.add(shift)), once(*rule, rows).add(shift)));
  }
}

TEST_CASE("multiplying all messages multiplies the update where the rule says so", "[conformance]") {
  const at::Tensor rows = honest_rows();
  for (const Descriptor* rule : rules()) {
    INFO(rule->name);
    if (rule->rule.scale) CHECK(near(once(*rule, rows.mul(8.0f)), once(*rule, rows).mul(8.0f)));
  }
}

TEST_CASE("no rule that bears liars lets their numbers make the update non-finite",
          "[conformance][hostile]") {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  const std::map<std::string, std::vector<float>> kinds = {{"nan", {nan}},
                                                           {"inf", {inf}},
                                                           {"-inf", {-inf}},
                                                           {"mixed", {nan, inf, -inf, 0.0f, 1.0f}},
                                                           {"1e38", {1e38f}},
                                                           {"-3e38", {-3e38f, 3e38f}},
                                                           {"denormal", {1e-45f, -1e-45f}},
                                                           {"-0", {-0.0f}}};
  for (const Descriptor* rule : rules()) {
    if (!bears_liars(*rule)) continue;
    for (const auto& [kind, pattern] : kinds) {
      const at::Tensor lie = at::tensor(pattern).repeat({kFeedbackColumns}).narrow(0, 0, kFeedbackColumns);
      for (int64_t bad = 1; bad <= kF; ++bad)
        for (const int64_t first : {int64_t{0}, int64_t{5}, kN - bad}) {
          if (rule->name == "monna" && first == 0) continue;  // its pivot must be honest
          at::Tensor rows = honest_rows();
          rows.narrow(0, first, bad).copy_(lie);
          INFO(rule->name << ", " << bad << " rows of " << kind << " from " << first);
          Server server(rule->name, settings(rule->name));
          for (int round = 0; round < 3; ++round) {
            const at::Tensor update = server.round(rows, kF, at::ones({kFeedbackColumns}));
            REQUIRE(update.isfinite().all().item<bool>());
            CHECK(update.abs().max().item<double>() < 1e6);
          }
        }
    }
  }
}

TEST_CASE("no pre-aggregator hands on more bad messages than the rule can bear", "[conformance][hostile]") {
  for (const Descriptor* step : Registry::instance().list(Kind::pre_aggregator))
    for (const char* rule : {"median", "trimmed_mean", "multi_krum", "geometric_median", "meamed", "bulyan"})
      if (bears_liars(*step))
        for (const float bad :
             {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity(), 1e38f})
          for (const int64_t first : {int64_t{0}, int64_t{6}, kN - 1}) {
            at::Tensor rows = honest_rows();
            rows[first].fill_(bad);
            INFO(step->name << " + " << rule << ", " << bad << " in row " << first);
            const at::Tensor update = Server(rule, {}, {step->name}).round(rows, 1);
            CHECK(update.isfinite().all().item<bool>());
            CHECK(update.abs().max().item<double>() < 1e6);
          }
}

TEST_CASE("pre-aggregators keep what they declare", "[conformance]") {
  const at::Tensor rows = honest_rows(), shift = normal_matrix(1, kFeedbackColumns, 77)[0];
  for (const Descriptor* step : Registry::instance().list(Kind::pre_aggregator)) {
    INFO(step->name);
    const auto median = [&](const at::Tensor& given) {
      return Server("median", {}, {step->name}).round(given, kF);
    };
    if (step->rule.translation) CHECK(near(median(rows.add(shift)), median(rows).add(shift)));
    if (step->rule.scale) CHECK(near(median(rows.mul(8.0f)), median(rows).mul(8.0f)));
    if (step->rule.permutation) CHECK(near(median(rows), median(rows.flip(0))));
  }
}

TEST_CASE("one bad number in one message is as hostile as a bad message", "[conformance][hostile]") {
  for (const Descriptor* rule : rules()) {
    if (!bears_liars(*rule)) continue;
    for (const float bad :
         {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
      at::Tensor rows = honest_rows();
      rows[7][kFeedbackColumns - 1] = bad;
      INFO(rule->name);
      CHECK(once(*rule, rows).isfinite().all().item<bool>());
    }
  }
}

TEST_CASE("a rule's bytes do not depend on the number of threads", "[conformance][repeatability]") {
  const at::Tensor rows = normal_matrix(kN, 20000).add(1.0f), reference = at::ones({20000});
  for (const Descriptor* rule : rules())
    for (const std::vector<std::string>& pre : {std::vector<std::string>{}, {"arc", "nnm"}}) {
      const bool takes_signs =
          make<Aggregator>(Kind::aggregator, rule->name,
                           rule_values(Kind::aggregator, rule->name, settings(rule->name)))
              ->takes() == Encoding::signs;
      if (takes_signs && !pre.empty()) continue;
      INFO(rule->name << " after " << pre.size());
      at::Tensor one;
      for (const int threads : {1, 2, 3}) {
        Server server(rule->name, settings(rule->name), pre, threads);
        server.round(rows, kF, reference);
        const at::Tensor update = server.round(rows.roll(1, 1), kF, reference);
        if (!one.defined()) one = update;
        CHECK(at::equal(one, update));
      }
    }
}

TEST_CASE("messages that agree are the update, of rules that follow shifts and scales", "[conformance]") {
  const at::Tensor row = normal_matrix(1, kFeedbackColumns);
  for (const Descriptor* rule : rules()) {
    if (!rule->rule.translation || !rule->rule.scale) continue;
    INFO(rule->name);
    CHECK(near(once(*rule, row.expand({kN, kFeedbackColumns}).contiguous()), row[0]));
  }
}

TEST_CASE("too few messages are told with the condition", "[conformance]") {
  for (const Descriptor* rule : rules()) {
    INFO(rule->name);
    const int64_t needed = rule->rule.per_liar * 3 + rule->rule.least;
    CHECK(unmet_condition(rule->rule, needed, 3).empty());
    CHECK(unmet_condition(rule->rule, needed - 1, 3).find("needs n >= ") == 0);
  }
}

}  // namespace varangian
