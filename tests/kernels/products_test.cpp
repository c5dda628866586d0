#include "kernels/columns.h"
#include "kernels/combine.h"
#include "kernels/gram.h"
#include "naive.h"
#include "support/apply_rule.h"
#include "support/catch.h"
#include "tensor/points_on_device.h"

#include <cmath>
#include <cstring>

namespace varangian {
namespace {

using Pointers = std::vector<const float*>;

Pointers pointers(const std::vector<float>& rows, int64_t n, int64_t columns) {
  Pointers points;
  for (int64_t r = 0; r < n; ++r) points.push_back(rows.data() + r * columns);
  return points;
}

double squared_distance(const std::vector<double>& gram, size_t m, size_t i, size_t j) {
  return gram[i * m + i] + gram[j * m + j] - 2 * gram[i * m + j];
}

double naive_distance(const float* x, const float* y, int64_t columns) {
  double sum = 0;
  for (int64_t j = 0; j < columns; ++j) {
    const double d = static_cast<double>(x[j]) - (y == nullptr ? 0.0 : static_cast<double>(y[j]));
    sum += d * d;
  }
  return sum;
}

}  // namespace

TEST_CASE("distances from inner products are those of plain differences", "[kernels][gram]") {
  for (const int64_t n : {1, 2, 3, 4, 5, 15, 27, 64, 101})
    for (const int64_t columns : {1, 7, 255, 256, 257, 1000}) {
      const std::vector<float> rows = normal_rows(n, columns, static_cast<uint64_t>(n));
      Pointers points = pointers(rows, n, columns);
      points.push_back(nullptr);
      const size_t m = points.size();
      std::vector<double> gram(m * m), portable(m * m);
      for (const kernels::Products products : {kernels::Products::in_float, kernels::Products::in_double}) {
        kernels::gram(points.data(), static_cast<int64_t>(m), columns, products, gram.data());
        kernels::gram_portable(points.data(), static_cast<int64_t>(m), columns, products, portable.data());
        INFO("n " << n << ", columns " << columns << ", float " << (products == kernels::Products::in_float));
        CHECK(std::memcmp(gram.data(), portable.data(), gram.size() * sizeof(double)) == 0);
        const double digits =
            products == kernels::Products::in_float ? 1e-6 : 1e-7;  // differences are floats
        bool near = true;
        for (size_t i = 0; i + 1 < m; ++i)
          for (size_t j = 0; j < m; ++j)
            near = near && squared_distance(gram, m, i, j) ==
                               Approx(naive_distance(points[i], points[j], columns))
                                   .epsilon(1e-6)
                                   .margin(digits * (gram[i * m + i] + gram[j * m + j]));
        CHECK(near);
      }
    }
}

TEST_CASE("products and mixings off the CPU agree with the kernels", "[kernels][device]") {
  Crew crew(1, false);
  at::Tensor rows = normal_matrix(9, 3000).add(5);
  for (const float bad : {1.0f, 1e8f, INFINITY, NAN}) {
    rows[3].fill_(bad);
    Points points = rows_of(rows);
    points.emplace_back();
    const Geometry kernel(9, gram(points, crew)), device(9, gram_on_device(points));
    for (int64_t i = 0; i < 10; ++i)
      for (int64_t j = 0; j < 10; ++j)
        CHECK(device.squared_distance(i, j) ==
              Approx(kernel.squared_distance(i, j)).epsilon(1e-6).margin(1e-6));
    Mixing mixing{.points = 10,
                  .rows = {kernel.average({0, 1, 5}), kernel.one(9), lost(10), kernel.one(1), kernel.one(2)}};
    at::Tensor by_kernel = at::empty({5, 1000}), on_device = at::empty({5, 1000});
    mix(points, mixing, 128, by_kernel);
    mix_on_device(points, mixing, 128, on_device);
    CHECK(at::allclose(by_kernel, on_device, 1e-5, 1e-6, /*equal_nan=*/true));
  }
}

TEST_CASE("rows that nearly coincide keep their distances", "[kernels][gram]") {
  constexpr int64_t kRows = 8, kColumns = 5000;
  std::vector<float> rows = normal_rows(kRows, kColumns);
  for (float& x : rows) x = 1000.0f + 1e-3f * x;
  const Pointers points = pointers(rows, kRows, kColumns);
  std::vector<double> gram(kRows * kRows);
  for (const bool in_float : {true, false}) {
    kernels::gram(points.data(), kRows, kColumns,
                  in_float ? kernels::Products::in_float : kernels::Products::in_double, gram.data());
    for (size_t i = 0; i < kRows; ++i)
      for (size_t j = 0; j < i; ++j)
        CHECK(squared_distance(gram, kRows, i, j) ==
              Approx(naive_distance(points[i], points[j], kColumns)).epsilon(in_float ? 1e-6 : 1e-9));
  }
}

TEST_CASE("a zero message costs messages that nearly coincide no digits of their distances",
          "[kernels][gram]") {
  constexpr int64_t kRows = 6, kColumns = 3000;
  at::Tensor rows = normal_matrix(kRows, kColumns).mul(1e-3).add(10);
  rows[0].zero_();         // of least norm, so the common row
  rows[1].copy_(rows[2]);  // equal ones stay equal
  Crew crew(2, false);
  const std::vector<double> products = gram(rows_of(rows), crew);
  for (size_t i = 1; i < kRows; ++i)
    for (size_t j = 1; j < i; ++j)
      CHECK(squared_distance(products, kRows, i, j) ==
            Approx(naive_distance(rows[static_cast<int64_t>(i)].const_data_ptr<float>(),
                                  rows[static_cast<int64_t>(j)].const_data_ptr<float>(), kColumns))
                .epsilon(1e-6));
}

TEST_CASE("a liar's huge or not finite row spoils no other distance", "[kernels][gram]") {
  for (const float bad : {1e8f, 3e38f, INFINITY, NAN}) {
    constexpr int64_t kRows = 6, kColumns = 700;
    std::vector<float> rows = normal_rows(kRows, kColumns);
    for (int64_t j = 0; j < kColumns; ++j) rows[static_cast<size_t>(2 * kColumns + j)] = bad;
    const Pointers points = pointers(rows, kRows, kColumns);
    std::vector<double> gram(kRows * kRows);
    kernels::gram(points.data(), kRows, kColumns, kernels::Products::in_double, gram.data());
    CHECK(std::isfinite(gram[2 * kRows + 2]) == std::isfinite(bad));
    for (const size_t i : {0u, 1u, 3u, 4u, 5u})
      for (const size_t j : {0u, 1u, 3u, 4u, 5u})
        CHECK(squared_distance(gram, kRows, i, j) ==
              Approx(naive_distance(points[i], points[j], kColumns)).epsilon(1e-6).margin(1e-9));
  }
}

TEST_CASE("combinations are fused sums in the points' order, whatever the body", "[kernels][combine]") {
  for (const int64_t m : {1, 2, 15, 64})
    for (const int64_t k : {1, 3, 4, 9})
      for (const int64_t columns : {1, 31, 128, 517}) {
        const std::vector<float> rows = normal_rows(m, columns), c = normal_rows(k, m, 5);
        const Pointers points = pointers(rows, m, columns);
        std::vector<float> out(static_cast<size_t>(k * columns));
        std::vector<float*> outs;
        for (int64_t r = 0; r < k; ++r) outs.push_back(out.data() + r * columns);
        kernels::combine(points.data(), m, c.data(), k, columns, outs.data());
        bool same = true;
        for (int64_t r = 0; r < k; ++r)
          for (int64_t j = 0; j < columns; ++j) {
            float sum = 0;
            for (int64_t i = 0; i < m; ++i)
              sum = std::fmaf(c[static_cast<size_t>(r * m + i)], points[i][j], sum);
            same = same && sum == outs[r][j];
          }
        INFO("m " << m << ", k " << k << ", columns " << columns);
        CHECK(same);
      }
}

TEST_CASE("a point without a coefficient is not read", "[kernels][combine]") {
  const std::vector<float> bad(40, NAN), good(40, 2.0f);
  const float* points[] = {bad.data(), good.data(), nullptr};
  const float c[] = {0.0f, 0.5f, 0.5f};
  std::vector<float> out(40);
  float* outs[] = {out.data()};
  kernels::combine(points, 3, c, 1, 40, outs);
  CHECK(out == std::vector<float>(40, 1.0f));
}

TEST_CASE("the sum of signs counts 0 and NaN as abstentions", "[kernels]") {
  for (const int64_t n : {1, 2, 27, 130})
    for (const int64_t columns : kOddLengths) {
      std::vector<float> rows = normal_rows(n, columns);
      for (size_t i = 0; i < rows.size(); i += 5) rows[i] = i % 2 == 0 ? 0.0f : NAN;
      std::vector<float> out(static_cast<size_t>(columns));
      kernels::column_sign_sum(rows.data(), n, columns, columns, out.data());
      bool same = true;
      for (int64_t j = 0; j < columns; ++j) {
        int sum = 0;
        for (const float x : column(rows, n, columns, j)) sum += (x > 0) - (x < 0);
        same = same && out[static_cast<size_t>(j)] == static_cast<float>(sum);
      }
      CHECK(same);
    }
}

}  // namespace varangian
