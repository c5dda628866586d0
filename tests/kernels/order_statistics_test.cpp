#include "kernels/order_statistics.h"

#include "naive.h"
#include "support/catch.h"

#include <cmath>

namespace varangian {

TEST_CASE("the median equals a sort for every n to 130 and odd lengths", "[kernels][median]") {
  for (int64_t n = 1; n <= kLargestN; ++n)
    for (const int64_t columns : kOddLengths) {
      const std::vector<float> rows = normal_rows(n, columns, static_cast<uint64_t>(n));
      std::vector<float> out(static_cast<size_t>(columns) + 1, 77.0f);
      kernels::column_median(rows.data(), n, columns, columns, false, out.data());
      bool same = true;
      for (int64_t j = 0; j < columns; ++j)
        same = same && out[j] == naive_median(column(rows, n, columns, j));
      INFO("n " << n << ", columns " << columns);
      CHECK(same);
      CHECK(out[static_cast<size_t>(columns)] == 77.0f);  // nothing is written beyond
    }
}

TEST_CASE("NaN ranks as +Inf in the median, so fewer than half cannot make it non-finite",
          "[kernels][median]") {
  const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  for (const float bad : {nan, inf, -inf})
    for (const int64_t n : {3, 7, 27, 128, 131}) {
      std::vector<float> rows = normal_rows(n, 5);
      for (int64_t r = 0; r < (n - 1) / 2; ++r)
        for (int64_t j = 0; j < 5; ++j) rows[static_cast<size_t>(2 * r * 5 + j)] = bad;
      std::vector<float> out(5);
      kernels::column_median(rows.data(), n, 5, 5, false, out.data());
      for (int64_t j = 0; j < 5; ++j) {
        CHECK(std::abs(out[j]) < 10.0f);
        CHECK(out[j] == naive_median(column(rows, n, 5, j)));
      }
    }
}

TEST_CASE("the median of an even number is the mean of the two middle ones, without overflow",
          "[kernels][median]") {
  const float rows[] = {1, 2, 3, 10};
  float out = 0;
  kernels::column_median(rows, 4, 1, 1, false, &out);
  CHECK(out == 2.5f);
  const float huge[] = {3e38f, 3e38f};
  kernels::column_median(huge, 2, 1, 1, false, &out);
  CHECK(out == 3e38f);
}

namespace {

std::vector<float> sorted(std::vector<float> values) {
  std::sort(values.begin(), values.end());
  return values;
}

float mean_in_order(const std::vector<float>& values) {
  float sum = values.front();
  for (size_t i = 1; i < values.size(); ++i) sum += values[i];
  return sum * (1.0f / static_cast<float>(values.size()));
}

float naive_trimmed_mean(std::vector<float> values, int64_t trim) {
  values = sorted(std::move(values));
  return mean_in_order({values.begin() + trim, values.end() - trim});
}

// By the definition: the nearest by (distance, row).
double naive_mean_around(const std::vector<float>& values, float centre, int64_t keep) {
  std::vector<size_t> order(values.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::abs(values[a] - centre) < std::abs(values[b] - centre);
  });
  double sum = 0;
  for (int64_t i = 0; i < keep; ++i) sum += values[order[static_cast<size_t>(i)]];
  return sum / static_cast<double>(keep);
}

// Whole numbers, so that columns are full of ties.
std::vector<float> rounded(std::vector<float> rows) {
  for (float& x : rows) x = std::round(2 * x);
  return rows;
}

}  // namespace

TEST_CASE("the trimmed mean equals a sort for every n to 130 and any trim", "[kernels][order]") {
  for (int64_t n = 1; n <= kLargestN; ++n)
    for (const int64_t columns : {1, 5, 33}) {
      const std::vector<float> rows = normal_rows(n, columns, static_cast<uint64_t>(n));
      for (const int64_t trim : {int64_t{0}, n / 4, (n - 1) / 2}) {
        std::vector<float> out(static_cast<size_t>(columns) + 1, 77.0f);
        kernels::column_trimmed_mean(rows.data(), n, columns, columns, trim, out.data());
        bool same = out[static_cast<size_t>(columns)] == 77.0f;
        for (int64_t j = 0; j < columns; ++j)
          same = same && out[j] == naive_trimmed_mean(column(rows, n, columns, j), trim);
        INFO("n " << n << ", columns " << columns << ", trim " << trim);
        CHECK(same);
      }
    }
}

TEST_CASE("the mean around a centre takes the nearest, and of equally near ones the lower row",
          "[kernels][order]") {
  for (int64_t n = 1; n <= kLargestN; n += n < 40 ? 1 : 7)
    for (const bool ties : {false, true}) {
      constexpr int64_t kColumns = 37;
      std::vector<float> rows = normal_rows(n, kColumns, static_cast<uint64_t>(n));
      if (ties) rows = rounded(std::move(rows));
      for (const int64_t keep : {int64_t{1}, (n + 1) / 2, n - n / 4, n}) {
        std::vector<float> median(kColumns), trimmed(kColumns), lower(kColumns);
        const int64_t trim = n / 4 * 2 < n ? n / 4 : 0;
        using kernels::Centre;
        kernels::column_mean_around(rows.data(), n, kColumns, kColumns, Centre::median, 0, keep,
                                    median.data());
        kernels::column_mean_around(rows.data(), n, kColumns, kColumns, Centre::lower_median, 0, keep,
                                    lower.data());
        kernels::column_mean_around(rows.data(), n, kColumns, kColumns, Centre::trimmed_mean, trim, keep,
                                    trimmed.data());
        INFO("n " << n << ", keep " << keep << ", ties " << ties);
        for (int64_t j = 0; j < kColumns; ++j) {
          const std::vector<float> values = column(rows, n, kColumns, j);
          const size_t at = static_cast<size_t>(j);
          CHECK(median[at] == Approx(naive_mean_around(values, naive_median(values), keep)).margin(1e-5));
          CHECK(lower[at] ==
                Approx(naive_mean_around(values, sorted(values)[static_cast<size_t>((n - 1) / 2)], keep))
                    .margin(1e-5));
          CHECK(trimmed[at] ==
                Approx(naive_mean_around(values, naive_trimmed_mean(values, trim), keep)).margin(1e-5));
        }
      }
    }
}

TEST_CASE("order statistics of very many rows", "[kernels][order]") {
  constexpr int64_t kMany = 1000, kColumns = 20;
  const std::vector<float> rows = normal_rows(kMany, kColumns);
  std::vector<float> out(kColumns);
  kernels::column_trimmed_mean(rows.data(), kMany, kColumns, kColumns, 333, out.data());
  for (int64_t j = 0; j < kColumns; ++j)
    CHECK(out[static_cast<size_t>(j)] == naive_trimmed_mean(column(rows, kMany, kColumns, j), 333));
}

}  // namespace varangian
