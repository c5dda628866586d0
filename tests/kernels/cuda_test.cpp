#include "kernels/columns.h"
#include "kernels/cuda/column.h"
#include "kernels/cuda/element.h"
#include "kernels/cuda/words.h"
#include "kernels/majority.h"
#include "kernels/order_statistics.h"
#include "kernels/signs.h"
#include "naive.h"
#include "support/catch.h"

#include <bit>

// What a thread of a GPU does, done here: the bits of the kernels for the CPU.
namespace varangian {
namespace {

namespace cuda = kernels::cuda;

std::vector<uint32_t> bits(const std::vector<float>& values) {
  std::vector<uint32_t> all;
  for (const float x : values) all.push_back(std::bit_cast<uint32_t>(x + 0.0f));
  return all;
}

// Many equal values, some as far from the middle as others, and bad ones.
std::vector<float> coarse_rows(int64_t n, int64_t columns) {
  std::vector<float> rows = normal_rows(n, columns, static_cast<uint64_t>(n));
  for (float& x : rows) x = std::round(2 * x);
  if (n > 6) {
    rows[static_cast<size_t>(columns)] = std::numeric_limits<float>::quiet_NaN();
    rows[static_cast<size_t>(2 * columns + 1)] = -std::numeric_limits<float>::infinity();
  }
  return rows;
}

template <int N = 4>
float order_statistic(const float* rows, int64_t stride, const kernels::Rule& rule) {
  if constexpr (N < 128)
    if (rule.n > N) return order_statistic<2 * N>(rows, stride, rule);
  return cuda::order_statistic<N>(rows, stride, rule);
}

}  // namespace

TEST_CASE("order statistics as a GPU's threads find them", "[kernels][cuda]") {
  constexpr int64_t kColumns = 40;
  for (int64_t n = 1; n <= 128; n += n < 20 ? 1 : 9)
    for (const std::vector<float>& rows : {normal_rows(n, kColumns, 5), coarse_rows(n, kColumns)}) {
      INFO("n " << n);
      const int64_t trim = (n - 1) / 3, keep = n - n / 3;
      std::vector<float> expected(kColumns), found(kColumns);
      const auto check = [&](const kernels::Rule& rule) {
        for (int64_t j = 0; j < kColumns; ++j)
          found[static_cast<size_t>(j)] = order_statistic(rows.data() + j, kColumns, rule);
        CHECK(bits(found) == bits(expected));
      };
      kernels::column_median(rows.data(), n, kColumns, kColumns, false, expected.data());
      check({.kind = kernels::Rule::Kind::median, .n = n});
      kernels::column_median(rows.data(), n, kColumns, kColumns, true, expected.data());
      check({.kind = kernels::Rule::Kind::lower_median, .n = n});
      kernels::column_trimmed_mean(rows.data(), n, kColumns, kColumns, trim, expected.data());
      check({.kind = kernels::Rule::Kind::trimmed_mean, .n = n, .trim = trim});
      for (const auto centre :
           {kernels::Centre::median, kernels::Centre::lower_median, kernels::Centre::trimmed_mean}) {
        kernels::column_mean_around(rows.data(), n, kColumns, kColumns, centre, trim, keep, expected.data());
        check({.kind = kernels::Rule::Kind::around, .n = n, .trim = trim, .keep = keep, .centre = centre});
      }
    }
}

TEST_CASE("means, deviations and sums of signs as a GPU's threads find them", "[kernels][cuda]") {
  constexpr int64_t kColumns = 300;
  for (const int64_t n : {1, 2, 15, 64}) {
    const std::vector<float> rows = normal_rows(n, kColumns, 7);
    std::vector<float> mean(kColumns), spread(kColumns), signs(kColumns), mean2, spread2, signs2;
    kernels::column_mean_deviation(rows.data(), n, kColumns, kColumns, mean.data(), spread.data());
    kernels::column_sign_sum(rows.data(), n, kColumns, kColumns, signs.data());
    for (int64_t j = 0; j < kColumns; ++j) {
      mean2.push_back(cuda::mean_of_column(rows.data() + j, n, kColumns));
      spread2.push_back(cuda::deviation_of_column(rows.data() + j, n, kColumns, mean2.back()));
      signs2.push_back(cuda::sign_sum_of_column(rows.data() + j, n, kColumns));
    }
    CHECK(bits(mean) == bits(mean2));
    CHECK(bits(spread) == bits(spread2));
    CHECK(bits(signs) == bits(signs2));
  }
}

TEST_CASE("signs and votes as a GPU's threads find them", "[kernels][cuda]") {
  constexpr int64_t kColumns = 64 * 5, kWords = 5;
  for (const int64_t n : {1, 2, 3, 8, 27, 300}) {
    INFO("n " << n);
    std::vector<float> rows = normal_rows(n, kColumns, 3);
    for (size_t i = 0; i < rows.size(); i += 7) rows[i] = i % 2 == 0 ? 0.0f : -0.0f;
    const std::vector<uint64_t> coins(kWords, 0x9e3779b97f4a7c15);
    std::vector<uint64_t> words(static_cast<size_t>(n * kWords)), words2(words.size());
    for (int64_t r = 0; r < n; ++r) {
      kernels::pack_signs_with_coins(rows.data() + r * kColumns, kColumns, coins.data(),
                                     words.data() + r * kWords);
      for (int64_t j = 0; j < kColumns; ++j) {
        const bool coin = coins[static_cast<size_t>(j / 64)] >> (j % 64) & 1;
        const bool bit = cuda::sign_bit(rows[static_cast<size_t>(r * kColumns + j)], coin);
        words2[static_cast<size_t>(r * kWords + j / 64)] |= static_cast<uint64_t>(bit) << (j % 64);
      }
    }
    CHECK(words == words2);
    std::vector<float> signs(kColumns), signs2;
    kernels::unpack_signs(words.data(), kColumns, signs.data());
    for (int64_t j = 0; j < kColumns; ++j)
      signs2.push_back(cuda::sign_of_bit(words[static_cast<size_t>(j / 64)], static_cast<int>(j % 64)));
    CHECK(signs == signs2);
    for (int64_t quorum = n / 2 + 1; quorum <= n; quorum += 1 + n / 4) {
      std::vector<uint64_t> negative(kWords), undecided(kWords), negative2(kWords), undecided2(kWords);
      kernels::majority(words.data(), n, kWords, kWords, quorum, negative.data(), undecided.data());
      for (size_t w = 0; w < kWords; ++w)
        cuda::majority_of_word(words.data() + w, n, kWords, quorum, negative2[w], undecided2[w]);
      CHECK(negative == negative2);
      CHECK(undecided == undecided2);
    }
  }
}

TEST_CASE("momentum and steps as a GPU's threads take them", "[kernels][cuda]") {
  constexpr int64_t kColumns = 333;
  const std::vector<float> u = normal_rows(1, kColumns, 1), start = normal_rows(1, kColumns, 2);
  for (const kernels::SgdStep& step :
       {kernels::SgdStep{.lr = 0.1f, .gain = 1, .decoupled = 0.3f},
        kernels::SgdStep{.lr = 0.1f, .momentum = 0.9f, .gain = 0.1f, .coupled = 0.2f},
        kernels::SgdStep{.lr = 0.1f, .momentum = 0.9f, .gain = 1, .nesterov = true}}) {
    std::vector<float> x = start, m = u, x2 = start, m2 = u;
    kernels::sgd_step(x.data(), u.data(), step.momentum == 0 ? nullptr : m.data(), step, kColumns);
    for (size_t j = 0; j < kColumns; ++j)
      cuda::sgd_step_of_element(x2[j], u[j], step.momentum == 0 ? nullptr : &m2[j], step);
    CHECK(x == x2);
    CHECK(m == m2);
  }
  std::vector<float> m = start, g = u, m2;
  kernels::momentum(m.data(), g.data(), 0.9f, 0.1f, kColumns);
  for (size_t j = 0; j < kColumns; ++j) m2.push_back(cuda::momentum_of_element(start[j], u[j], 0.9f, 0.1f));
  CHECK(m == m2);
}

}  // namespace varangian
