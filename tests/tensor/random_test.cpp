#include "varangian/random.h"

#include "kernels/random.h"
#include "support/catch.h"
#include "tensor/random_on_device.h"

#include <ATen/ATen.h>

#include <cmath>
#include <set>
#include <vector>

namespace varangian {
namespace {

const std::vector<int64_t> kSomeWorkers = {3, 0, 4294967295};

at::Tensor filled(void (Random::*fill)(at::Tensor, std::span<const int64_t>, int64_t) const, int64_t columns,
                  int64_t first = 0) {
  at::Tensor rows = at::full({3, columns}, 99.0f);
  (Random(1, Purpose::noise).at(17).*fill)(rows, kSomeWorkers, first);
  return rows;
}

}  // namespace

TEST_CASE("philox gives the known answers of Random123's own tests", "[random]") {
  CHECK(kernels::philox(0, 0, 0, 0) ==
        std::array<uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(kernels::philox(~uint64_t{0}, ~uint64_t{0}, ~uint32_t{0}, ~uint32_t{0}) ==
        std::array<uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
}

TEST_CASE("normal numbers follow the exact quantile of their bits", "[random]") {
  constexpr int64_t kCount = 4096;
  std::vector<float> out(kCount);
  kernels::fill_normal(5, 2, 9, 0, out.data(), kCount);
  double worst = 0;
  for (int64_t j = 0; j < kCount; ++j) {
    const uint32_t bits = kernels::philox(5, static_cast<uint64_t>(j / 4), 2, 9)[j % 4];
    const double p = ((bits & 0x7fffffff) + 0.5) * 0x1p-32;
    const double tail = 0.5 * std::erfc(std::abs(static_cast<double>(out[j])) / std::sqrt(2.0));
    worst = std::max(worst, std::abs(tail / p - 1));
    REQUIRE(std::signbit(out[j]) == (bits >> 31 == 1));
  }
  CHECK(worst < 5e-6);
}

TEST_CASE("normal numbers have the moments of N(0, 1)", "[random]") {
  constexpr int64_t kCount = 1 << 20;
  std::vector<float> out(kCount);
  kernels::fill_normal(11, 0, 0, 0, out.data(), kCount);
  double sum = 0, squares = 0, fourth = 0;
  for (const double x : out) {
    sum += x;
    squares += x * x;
    fourth += x * x * x * x;
  }
  CHECK(std::abs(sum / kCount) < 5 / std::sqrt(kCount));
  CHECK(std::abs(squares / kCount - 1) < 5 * std::sqrt(2.0 / kCount));
  CHECK(std::abs(fourth / kCount - 3) < 5 * std::sqrt(96.0 / kCount));
}

TEST_CASE("tensor operators give the same bytes as the kernels", "[random][device]") {
  const Random random = Random(1, Purpose::noise).at(17);
  for (const int64_t columns : {1, 127, 1000})
    for (const int64_t first : {0, 1280}) {
      at::Tensor rows = at::empty({3, columns});
      fill_normal_on_device(random.key(), kSomeWorkers, random.round(), first, rows);
      CHECK(at::equal(rows, filled(&Random::normal, columns, first)));
      fill_uniform_on_device(random.key(), kSomeWorkers, random.round(), first, rows);
      CHECK(at::equal(rows, filled(&Random::uniform, columns, first)));
      fill_signs_on_device(random.key(), kSomeWorkers, random.round(), first, rows);
      CHECK(at::equal(rows, filled(&Random::signs, columns, first)));
    }
}

TEST_CASE("a block of columns gets what the whole row would", "[random]") {
  for (const auto fill : {&Random::normal, &Random::uniform, &Random::signs})
    CHECK(at::equal(filled(fill, 1000).narrow(1, 256, 300), filled(fill, 300, 256)));
}

TEST_CASE("uniform numbers lie in their intervals and signs are fair", "[random]") {
  const Random random(3, Purpose::batches);
  at::Tensor rows = at::empty({1, 100000});
  constexpr int64_t kWorker[] = {0};
  random.uniform(rows, kWorker);
  CHECK(rows.min().item<float>() >= -1.0f);
  CHECK(rows.max().item<float>() < 1.0f);
  random.signs(rows, kWorker);
  CHECK(rows.abs().eq(1).all().item<bool>());
  CHECK(std::abs(rows.sum().item<double>()) < 5 * std::sqrt(100000.0));
  for (uint64_t i = 0; i < 1000; ++i) {
    REQUIRE(random.uniform(0, i) >= 0.0);
    REQUIRE(random.uniform(0, i) < 1.0);
    REQUIRE(random.below(7, 0, i) < 7);
  }
}

TEST_CASE("seed, purpose, instance, worker, round and index each change the numbers", "[random]") {
  std::set<std::array<uint32_t, 4>> seen;
  for (const uint64_t seed : {0, 1})
    for (const Purpose purpose : {Purpose::batches, Purpose::noise})
      for (const uint32_t instance : {0, 1})
        for (const int64_t round : {0, 1})
          for (const uint32_t worker : {0, 1})
            for (const uint64_t index : {0, 1})
              seen.insert(Random(seed, purpose, instance).at(round).bits(worker, index));
  CHECK(seen.size() == 64);
}

TEST_CASE("a permutation takes every index once and differs by worker and epoch", "[random]") {
  const Random random(5, Purpose::batches);
  for (const uint64_t size : {1, 2, 3, 4, 5, 64, 100, 1000, 2222}) {
    std::set<uint64_t> seen;
    const Permutation order(random, size, 0, 0);
    for (uint64_t i = 0; i < size; ++i) seen.insert(order(i));
    CHECK(seen.size() == size);
    CHECK(*seen.rbegin() == size - 1);
  }
  const Permutation a(random, 1000, 0, 0), b(random, 1000, 0, 1), c(random, 1000, 1, 0);
  int same_b = 0, same_c = 0;
  for (uint64_t i = 0; i < 1000; ++i) {
    same_b += a(i) == b(i);
    same_c += a(i) == c(i);
  }
  CHECK(same_b < 10);
  CHECK(same_c < 10);
}

}  // namespace varangian
