#include "kernels/signs.h"

#include "kernels/majority.h"
#include "kernels/steps.h"
#include "naive.h"
#include "support/catch.h"

#include <bit>
#include <cmath>

namespace varangian {
namespace {

bool bit(const std::vector<uint64_t>& words, int64_t j) {
  return (words[static_cast<size_t>(j / 64)] >> (j % 64)) & 1;
}

// Of NaN only that it is one: which of two comes out of a sum is the compiler's choice.
std::vector<uint32_t> bits_of(const std::vector<float>& row) {
  std::vector<uint32_t> bits;
  for (const float x : row) bits.push_back(std::isnan(x) ? 0x7fc00000u : std::bit_cast<uint32_t>(x));
  return bits;
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

TEST_CASE("momentum and its signs in one pass equal momentum and then its signs", "[kernels][signs]") {
  const float nan = std::numeric_limits<float>::quiet_NaN(), inf = INFINITY;
  const std::vector<float> special = {0.0f,  -0.0f,  nan,    -nan,    inf, -inf,
                                      3e38f, -3e38f, 1e-45f, -1e-45f, 1.0f};
  for (const float beta : {0.0f, 0.9f, 1.0f})
    for (const float gain : {1.0f, 1.0f - beta})
      for (const int64_t columns : {1, 63, 64, 65, 127, 128, 129, 1000}) {
        std::vector<float> m = normal_rows(1, columns, 5), g = normal_rows(1, columns, 6);
        for (size_t j = 0; j < g.size(); j += 3) {  // special numbers, in pairs and alone
          g[j] = special[j % special.size()];
          if (j % 2 == 0) m[j] = special[j / special.size() % special.size()];
        }
        const std::vector<float> gradient = g, start = m;
        std::vector<uint64_t> words(static_cast<size_t>(kernels::sign_words(columns)), ~uint64_t{0}),
            two(words);
        kernels::pack_momentum_signs(m.data(), g.data(), beta, gain, columns, words.data());
        INFO("beta " << beta << ", gain " << gain << ", columns " << columns);
        CHECK(bits_of(g) == bits_of(gradient));

        std::vector<float> naive = start;
        for (size_t j = 0; j < m.size(); ++j) naive[j] = beta * start[j] + gain * gradient[j];
        CHECK(bits_of(m) == bits_of(naive));
        bool same = true;
        for (int64_t j = 0; j < 64 * kernels::sign_words(columns); ++j)
          same = same && bit(words, j) == (j < columns && naive[static_cast<size_t>(j)] < 0);
        CHECK(same);

        naive = start;
        kernels::momentum(naive.data(), g.data(), beta, gain, columns);
        kernels::pack_signs(g.data(), columns, two.data());
        CHECK(bits_of(m) == bits_of(naive));
        CHECK(words == two);
      }
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
