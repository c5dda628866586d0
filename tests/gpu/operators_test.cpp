#include "gpu/device.h"
#include "learn/optimizer.h"
#include "support/apply_rule.h"
#include "support/catch.h"
#include "tensor/signs_on_device.h"
#include "varangian/column_rule.h"
#include "varangian/columns.h"
#include "varangian/random.h"

#include <ATen/ATen.h>

#include <limits>

// What the GPU computes to the same bytes as our kernels: single operators.
namespace varangian {
namespace {

const std::vector<int64_t> kWorkers = {0, 5, 70000};

at::Tensor there(const at::Tensor& tensor) {
  return tensor.to(at::TensorOptions(tested_device()), /*non_blocking=*/false, /*copy=*/true);
}
at::Tensor here(const at::Tensor& tensor) { return tensor.to(at::kCPU); }

at::Tensor normal(int64_t rows, int64_t columns) {
  std::vector<int64_t> ids(static_cast<size_t>(rows));
  for (int64_t i = 0; i < rows; ++i) ids[static_cast<size_t>(i)] = i;
  at::Tensor out = at::empty({rows, columns});
  Random(3, Purpose::noise).normal(out, ids);
  return out;
}

}  // namespace

TEST_CASE("random numbers on the GPU are the CPU's", "[gpu]") {
  const Random random = Random(1, Purpose::noise).at(17);
  for (const auto fill : {&Random::normal, &Random::uniform, &Random::signs})
    for (const int64_t columns : {1, 127, 1000, 200000})
      for (const int64_t first : {0, 1280}) {
        at::Tensor on_cpu = at::empty({3, columns}), on_gpu = there(at::zeros({3, columns}));
        (random.*fill)(on_cpu, kWorkers, first);
        (random.*fill)(on_gpu, kWorkers, first);
        CHECK(at::equal(on_cpu, here(on_gpu)));
      }
}

TEST_CASE("medians, packed signs and votes on the GPU are the CPU's; means are near", "[gpu]") {
  for (const int64_t n : {1, 2, 7, 8, 131})
    for (const int64_t columns : {1, 65, 20000}) {
      INFO(n << " rows of " << columns);
      at::Tensor rows = normal(n, columns);
      at::Tensor on_cpu = at::empty({columns}), on_gpu = there(on_cpu);
      column_mean(rows, on_cpu);
      column_mean(there(rows), on_gpu);
      CHECK(at::allclose(on_cpu, here(on_gpu), 1e-5, 1e-6));

      if (n > 2) rows[1].fill_(std::numeric_limits<float>::quiet_NaN());
      column_median(rows, on_cpu);
      column_median(there(rows), on_gpu);
      CHECK(at::equal(on_cpu, here(on_gpu)));

      if (n > 2) rows[2].zero_();
      const int64_t words = (columns + 63) / 64;
      at::Tensor wire = at::zeros({n, words}, at::kLong), wire_on_gpu = there(wire);
      const at::Tensor coins = at::arange(n * words, at::kLong).mul(0x9e3779b97f4a7c1).view({n, words});
      pack_signs(rows, wire);
      pack_signs(there(rows), wire_on_gpu);
      CHECK(at::equal(wire, here(wire_on_gpu)));
      pack_signs_with_coins(rows, coins, wire);
      pack_signs_with_coins(there(rows), there(coins), wire_on_gpu);
      CHECK(at::equal(wire, here(wire_on_gpu)));
    }
}

TEST_CASE("a vote on the GPU is the CPU's, however ties are broken", "[gpu]") {
  for (const std::string tie : {"plus", "minus", "zero", "random", "previous"})
    for (const int64_t n : {3, 4, 10}) {
      INFO(tie << ", " << n);
      constexpr int64_t kColumns = 1000;
      const auto rule = make<ColumnRule>(
          Kind::aggregator, "majority_vote",
          values_for(Registry::instance().describe(Kind::aggregator, "majority_vote"), {{"tie", tie}}));
      at::Tensor wire = at::zeros({n, (kColumns + 63) / 64}, at::kLong);
      pack_signs(normal(n, kColumns), wire);
      const at::Tensor before = normal(1, kColumns)[0];
      const auto vote = [&](auto place) {
        at::Tensor update = place(at::empty({kColumns}));
        rule->aggregate({.encoding = Encoding::signs,
                         .rows = place(wire),
                         .begin = 0,
                         .width = kColumns,
                         .declared_f = 0,
                         .clock = {.round = 5, .learning_rate = 1},
                         .last_update = place(before),
                         .random = Random(2, Purpose::rule).at(5)},
                        update);
        return here(update);
      };
      CHECK(at::equal(vote(here), vote(there)));
    }
}

TEST_CASE("every rule on the GPU is near the CPU's", "[gpu]") {
  const std::map<std::string, Given> settings = {
      {"byzantine_sgd", {{"along", 1e9}, {"sum", 400.0}, {"message", 300.0}}},
      {"safeguard", {{"short_threshold", 400.0}, {"long_threshold", 400.0}}}};
  at::Tensor rows = normal(13, 3000).add(1.0f);
  rows[4].fill_(std::numeric_limits<float>::quiet_NaN());
  for (const Descriptor* rule : Registry::instance().list(Kind::aggregator)) {
    if (rule->rule.breakdown.starts_with("none")) continue;
    INFO(rule->name);
    const auto given = settings.find(rule->name);
    const auto update = [&](auto place) {
      Server server(rule->name, given == settings.end() ? Given{} : given->second);
      server.round(place(rows), 2, place(at::ones({3000})));
      return here(server.round(place(rows), 2, place(at::ones({3000}))));
    };
    CHECK(at::allclose(update(here), update(there), 1e-4, 1e-4));
  }
}

}  // namespace varangian
