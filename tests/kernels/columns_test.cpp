#include "kernels/columns.h"

#include "naive.h"
#include "support/catch.h"

namespace varangian {

TEST_CASE("the mean equals a sum in the rows' order for every n to 130 and odd lengths", "[kernels][mean]") {
  for (int64_t n = 1; n <= kLargestN; ++n)
    for (const int64_t columns : kOddLengths) {
      const std::vector<float> rows = normal_rows(n, columns, static_cast<uint64_t>(n));
      std::vector<float> out(static_cast<size_t>(columns));
      kernels::column_mean(rows.data(), n, columns, columns, out.data());
      bool same = true;
      for (int64_t j = 0; j < columns; ++j) {
        float sum = 0;
        for (const float x : column(rows, n, columns, j)) sum += x;
        same = same && out[j] == sum * (1.0f / static_cast<float>(n));
      }
      INFO("n " << n << ", columns " << columns);
      CHECK(same);
    }
}

TEST_CASE("reductions agree with a plain sum in double", "[kernels]") {
  for (const int64_t count : {0, 1, 15, 16, 17, 1000}) {
    const std::vector<float> x = normal_rows(1, count, 3), y = normal_rows(1, count, 4);
    double squares = 0, dot = 0;
    int64_t different = 0;
    for (size_t j = 0; j < x.size(); ++j) {
      squares += static_cast<double>(x[j]) * x[j];
      dot += static_cast<double>(x[j]) * y[j];
      different += (x[j] < 0) != (y[j] < 0);
    }
    CHECK(kernels::sum_of_squares(x.data(), count) == Approx(squares).epsilon(1e-13));
    CHECK(kernels::dot(x.data(), y.data(), count) == Approx(dot).epsilon(1e-11).margin(1e-12));
    CHECK(kernels::count_different_signs(x.data(), y.data(), count) == different);
  }
}

TEST_CASE("a sum of squares is finite exactly when every entry is", "[kernels]") {
  std::vector<float> x(1000, 3e38f);
  CHECK(std::isfinite(kernels::sum_of_squares(x.data(), 1000)));
  for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    x[777] = bad;
    CHECK(!std::isfinite(kernels::sum_of_squares(x.data(), 1000)));
  }
}

}  // namespace varangian
