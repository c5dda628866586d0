#include "kernels/signs.h"

#include "kernels/majority.h"
#include "naive.h"
#include "support/catch.h"

#include <cmath>

namespace varangian {
namespace {

bool bit(const std::vector<uint64_t>& words, int64_t j) {
  return (words[static_cast<size_t>(j / 64)] >> (j % 64)) & 1;
}

}  // namespace

TEST_CASE("packed signs unpack to the signs, and the rest of the last word is zero", "[kernels][signs]") {
  for (const int64_t columns : kOddLengths) {
    const std::vector<float> row = normal_rows(1, columns);
    std::vector<uint64_t> words(static_cast<size_t>(kernels::sign_words(columns)), ~uint64_t{0});
    kernels::pack_signs(row.data(), columns, words.data());
    std::vector<float> out(row.size());
    kernels::unpack_signs(words.data(), columns, out.data());
    for (size_t j = 0; j < row.size(); ++j) REQUIRE(out[j] == (row[j] < 0 ? -1.0f : 1.0f));
    for (int64_t j = columns; j < 64 * kernels::sign_words(columns); ++j) REQUIRE(!bit(words, j));
  }
}

TEST_CASE("zero, minus zero and NaN are positive, or take the coin", "[kernels][signs]") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float row[] = {0.0f, -0.0f, nan, -nan, -1e-45f, 1e-45f, -INFINITY, INFINITY};
  uint64_t word = 0;
  kernels::pack_signs(row, 8, &word);
  CHECK(word == 0b01010000);
  const uint64_t coins = 0b10101010;
  kernels::pack_signs_with_coins(row, 8, &coins, &word);
  CHECK(word == 0b01011010);
}

TEST_CASE("the majority equals a count for every n to 130 and odd lengths", "[kernels][majority]") {
  for (int64_t n = 1; n <= kLargestN; ++n)
    for (const int64_t columns : kOddLengths) {
      const int64_t words = kernels::sign_words(columns);
      const std::vector<float> rows = normal_rows(n, columns, static_cast<uint64_t>(n));
      std::vector<uint64_t> packed(static_cast<size_t>(n * words));
      for (int64_t r = 0; r < n; ++r)
        kernels::pack_signs(rows.data() + r * columns, columns, packed.data() + r * words);
      std::vector<uint64_t> negative(static_cast<size_t>(words)), tie(negative);
      kernels::majority(packed.data(), n, words, words, n / 2 + 1, negative.data(), tie.data());
      bool same = true;
      for (int64_t j = 0; j < columns; ++j) {
        int64_t count = 0;
        for (const float x : column(rows, n, columns, j)) count += x < 0;
        same = same && bit(negative, j) == (2 * count > n) && bit(tie, j) == (2 * count == n);
      }
      INFO("n " << n << ", columns " << columns);
      CHECK(same);
    }
}

TEST_CASE("the majority of very many rows does not overflow its counters", "[kernels][majority]") {
  for (const int64_t n : {4095, 4096, 9999, 65535}) {
    std::vector<uint64_t> rows(static_cast<size_t>(n), 0b01);
    for (int64_t r = 0; r < n / 2; ++r)
      rows[static_cast<size_t>(r)] = 0b11;  // bit 1: half of them, rounded down
    uint64_t negative = 0, tie = 0;
    kernels::majority(rows.data(), n, 1, 1, n / 2 + 1, &negative, &tie);
    CHECK(negative == 0b01);
    CHECK(tie == (n % 2 == 0 ? 0b10 : 0));
  }
}

TEST_CASE("a quorum leaves open what too few agree on", "[kernels][signs]") {
  for (int64_t n = 1; n <= kLargestN; ++n)
    for (const int64_t quorum : {n / 2 + 1, (3 * n + 3) / 4, n}) {
      if (2 * quorum <= n) continue;
      constexpr int64_t kWords = 9;
      std::vector<uint64_t> packed(static_cast<size_t>(n * kWords));
      const std::vector<float> rows = normal_rows(n, 64 * kWords, static_cast<uint64_t>(n));
      for (int64_t r = 0; r < n; ++r)
        kernels::pack_signs(rows.data() + r * 64 * kWords, 64 * kWords, packed.data() + r * kWords);
      std::vector<uint64_t> negative(kWords), open(kWords);
      kernels::majority(packed.data(), n, kWords, kWords, quorum, negative.data(), open.data());
      bool same = true;
      for (int64_t j = 0; j < 64 * kWords; ++j) {
        int64_t against = 0;
        for (const float x : column(rows, n, 64 * kWords, j)) against += x < 0;
        const auto bit = [&](const std::vector<uint64_t>& words) {
          return (words[static_cast<size_t>(j / 64)] >> (j % 64) & 1u) != 0;
        };
        same = same && bit(negative) == (against >= quorum) &&
               bit(open) == (against < quorum && n - against < quorum);
      }
      INFO("n " << n << ", quorum " << quorum);
      CHECK(same);
    }
}

}  // namespace varangian
