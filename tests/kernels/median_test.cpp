#include "kernels/order_statistics.h"

#include "naive.h"
#include "support/catch.h"

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

}  // namespace varangian
