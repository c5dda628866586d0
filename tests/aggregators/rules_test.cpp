#include "support/catch.h"
#include "tensor/columns_on_device.h"
#include "tensor/signs_on_device.h"
#include "varangian/column_rule.h"
#include "varangian/columns.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

const Random kCoins(1, Purpose::rule);

std::unique_ptr<ColumnRule> rule(const std::string& name, const std::map<std::string, Value>& given = {}) {
  return make<ColumnRule>(Kind::aggregator, name,
                          values_for(Registry::instance().describe(Kind::aggregator, name), given));
}

at::Tensor normal(int64_t n, int64_t columns) {
  at::Tensor rows = at::empty({n, columns});
  std::vector<int64_t> workers(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i) workers[static_cast<size_t>(i)] = i;
  Random(9, Purpose::noise).normal(rows, workers);
  return rows;
}

at::Tensor packed(const at::Tensor& rows) {
  at::Tensor wire = at::empty({rows.size(0), (rows.size(1) + 63) / 64}, at::kLong);
  pack_signs(rows, wire);
  return wire;
}

at::Tensor apply(const ColumnRule& rule, const at::Tensor& rows, const at::Tensor& last = {}) {
  const bool signs = rule.takes() == Encoding::signs;
  at::Tensor update = at::full({rows.size(1)}, 99.0f);
  rule.aggregate({.encoding = rule.takes(),
                  .rows = signs ? packed(rows) : rows,
                  .begin = 0,
                  .width = rows.size(1),
                  .declared_f = 0,
                  .clock = {},
                  .last_update = last.defined() ? last : at::zeros({rows.size(1)}),
                  .random = kCoins},
                 update);
  return update;
}

}  // namespace

TEST_CASE("mean, median and vote give the golden input's values", "[aggregators]") {
  // n = 7, f = 2, d = 3, the last two rows hostile.
  const at::Tensor rows =
      at::tensor({1., 2., 3., 2., 1., 0., 0., 3., 1., 3., 3., 2., 1., 0., 2., 10., -5., 4., -8., 9., 7.},
                 at::kFloat)
          .view({7, 3});
  CHECK(at::allclose(apply(*rule("mean"), rows), at::tensor({1.285714f, 1.857143f, 2.714286f})));
  CHECK(at::equal(apply(*rule("median"), rows), at::tensor({1.0f, 2.0f, 2.0f})));
  CHECK(at::equal(apply(*rule("majority_vote"), rows), at::tensor({1.0f, 1.0f, 1.0f})));
}

TEST_CASE("on signs and an odd number of workers vote, median and the mean's sign are one", "[aggregators]") {
  for (const int64_t n : {1, 3, 7, 27, 101}) {
    const at::Tensor signs = normal(n, 300).sign();
    const at::Tensor vote = apply(*rule("majority_vote"), signs);
    CHECK(at::equal(vote, apply(*rule("median"), signs)));
    CHECK(at::equal(vote, apply(*rule("mean"), signs).sign()));
  }
}

TEST_CASE("a tied vote follows its parameter", "[aggregators]") {
  const at::Tensor rows =
      at::tensor({1.f, 1.f, -1.f, -1.f, 1.f, -1.f, 1.f, -1.f}).view({2, 4});  // tie at columns 1, 2
  const at::Tensor last = at::tensor({1.f, -1.f, 1.f, 1.f});
  const auto vote = [&](const std::string& tie) {
    return apply(*rule("majority_vote", {{"tie", tie}}), rows, last);
  };
  CHECK(at::equal(vote("plus"), at::tensor({1.f, 1.f, 1.f, -1.f})));
  CHECK(at::equal(vote("minus"), at::tensor({1.f, -1.f, -1.f, -1.f})));
  CHECK(at::equal(vote("zero"), at::tensor({1.f, 0.f, 0.f, -1.f})));
  CHECK(at::equal(vote("previous"), at::tensor({1.f, -1.f, 1.f, -1.f})));
  const at::Tensor coins =
      apply(*rule("majority_vote", {{"tie", "random"}}), at::cat({normal(1, 500), normal(1, 500).neg()}));
  CHECK(coins.abs().eq(1).all().item<bool>());
  CHECK(std::abs(coins.sum().item<double>()) < 5 * std::sqrt(500.0));
}

TEST_CASE("a packed vote holds the counted majority, and zeros beyond the last column", "[aggregators]") {
  constexpr int64_t kServer[] = {0};
  for (const int64_t n : {1, 2, 7, 8})
    for (const int64_t columns : {1, 63, 64, 300}) {
      at::Tensor rows = normal(n, columns), coins = at::empty({1, columns});
      rows[0].narrow(0, 0, 1).fill_(-0.0f);
      if (n > 1) rows[1].narrow(0, columns / 2, 1).fill_(std::numeric_limits<float>::quiet_NaN());
      kCoins.signs(coins, kServer);
      const at::Tensor count = rows.lt(0).sum(0).mul(2), last = normal(1, columns)[0].neg();
      const auto signs = [](const at::Tensor& negative) { return negative.to(at::kFloat).mul(-2).add(1); };
      for (const auto& [tie, broken] : {std::pair<std::string, at::Tensor>("plus", at::ones({columns})),
                                        {"minus", at::ones({columns}).neg()},
                                        {"previous", signs(last.lt(0))},
                                        {"random", coins[0]}}) {
        INFO(n << " rows of " << columns << ", tie " << tie);
        const auto voter = rule("majority_vote", {{"tie", tie}});
        REQUIRE(voter->gives() == Encoding::signs);
        const at::Tensor words = at::full({(columns + 63) / 64}, -1, at::kLong);
        voter->vote({.encoding = Encoding::signs,
                     .rows = packed(rows),
                     .begin = 0,
                     .width = columns,
                     .declared_f = 0,
                     .clock = {},
                     .last_update = last,
                     .random = kCoins},
                    words);
        const at::Tensor expected = at::where(count.eq(n), broken, signs(count.gt(n)));
        CHECK(at::equal(words, packed(expected.unsqueeze(0))[0]));
        CHECK(at::equal(apply(*voter, rows, last), expected));
      }
    }
  CHECK(rule("majority_vote", {{"tie", "zero"}})->gives() == Encoding::dense);
}

TEST_CASE("the broadcast of a vote costs one bit, of anything else thirty-two", "[aggregators]") {
  CHECK(rule("majority_vote")->update_bits() == 1);
  CHECK(rule("majority_vote", {{"tie", "zero"}})->update_bits() == 2);
  CHECK(rule("mean")->update_bits() == 32);
  CHECK(rule("median")->update_bits() == 32);
}

TEST_CASE("rules off the CPU agree with the kernels", "[aggregators][device]") {
  for (const int64_t n : {1, 2, 7, 8, 131})
    for (const int64_t columns : {1, 65, 300}) {
      at::Tensor rows = normal(n, columns);
      if (n > 2) rows[1].fill_(std::numeric_limits<float>::quiet_NaN());
      at::Tensor by_kernel = at::empty({columns}), on_device = at::empty({columns});
      column_median(rows, by_kernel);
      column_median_on_device(rows, on_device);
      CHECK(at::equal(by_kernel, on_device));

      for (const int64_t trim : {int64_t{0}, (n - 1) / 3}) {
        column_trimmed_mean(rows, trim, by_kernel);
        column_trimmed_mean_on_device(rows, trim, on_device);
        CHECK(at::equal(by_kernel, on_device));
      }
      for (const Centre centre : {Centre::median, Centre::lower_median, Centre::trimmed_mean}) {
        const at::Tensor tied = normal(n, columns).mul(2).round();
        column_mean_around(tied, centre, (n - 1) / 3, (n + 1) / 2, by_kernel);
        column_mean_around_on_device(tied, centre, (n - 1) / 3, (n + 1) / 2, on_device);
        CHECK(at::allclose(by_kernel, on_device, 1e-5, 1e-6));
      }

      const at::Tensor finite = normal(n, columns);
      column_mean(finite, by_kernel);
      column_mean_on_device(finite, on_device);
      CHECK(at::allclose(by_kernel, on_device, 1e-5, 1e-6));

      const at::Tensor wire = packed(rows);
      at::Tensor packed_on_device = at::empty_like(wire);
      pack_bits_on_device(rows.lt(0), packed_on_device);
      CHECK(at::equal(wire, packed_on_device));
      at::Tensor negative = at::empty({wire.size(1)}, at::kLong), tie = at::empty_like(negative);
      at::Tensor negative2 = at::empty_like(negative), tie2 = at::empty_like(negative);
      majority(wire, negative, tie);
      majority_on_device(wire, negative2, tie2);
      const at::Tensor inside =
          packed(at::full({1, columns}, -1.0f))[0];  // bits beyond the columns do not count
      CHECK(at::equal(negative, negative2));
      CHECK(at::equal(tie.bitwise_and(inside), tie2.bitwise_and(inside)));
      unpack_signs(negative, by_kernel);
      unpack_signs_on_device(negative, on_device);
      CHECK(at::equal(by_kernel, on_device));
    }
}

}  // namespace varangian
