#include "varangian/geometry.h"

#include "varangian/error.h"

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace varangian {

constexpr double kInf = std::numeric_limits<double>::infinity();

Coefficients lost(int64_t points) {
  return Coefficients(static_cast<size_t>(points), std::numeric_limits<double>::quiet_NaN());
}

bool is_lost(const Coefficients& row) { return !row.empty() && std::isnan(row.front()); }

Geometry::Geometry(int64_t messages, std::vector<double> gram)
    : n_(messages),
      points_(std::llround(std::sqrt(static_cast<double>(gram.size())))),
      gram_(std::move(gram)) {
  VARANGIAN_ASSERT_EQ(points_ * points_, static_cast<int64_t>(gram_.size()));
}

bool Geometry::finite(int64_t i) const { return std::isfinite(at(i, i)); }

double Geometry::squared_distance(int64_t i, int64_t j) const {
  if (i == j) return finite(i) ? 0 : kInf;
  const double squared = at(i, i) + at(j, j) - 2 * at(i, j);
  return std::isfinite(squared) ? std::max(squared, 0.0) : kInf;
}

double Geometry::inner(int64_t i, int64_t j, int64_t about) const {
  return at(i, j) - at(i, about) - at(j, about) + at(about, about);
}

double Geometry::cosine(int64_t i, int64_t j) const {
  const double norms = std::sqrt(squared_norm(i)) * std::sqrt(squared_norm(j));
  return norms > 0 && std::isfinite(norms) ? inner(i, j) / norms : 0;
}

std::vector<double> Geometry::squared_distances_to(const Coefficients& c) const {
  std::vector<double> product(static_cast<size_t>(points_), 0.0);
  double square = 0;
  for (int64_t k = 0; k < points_; ++k) {
    if (c[static_cast<size_t>(k)] == 0) continue;  // 0 x NaN
    for (int64_t i = 0; i < points_; ++i)
      product[static_cast<size_t>(i)] += c[static_cast<size_t>(k)] * at(k, i);
  }
  for (int64_t k = 0; k < points_; ++k)
    if (c[static_cast<size_t>(k)] != 0) square += c[static_cast<size_t>(k)] * product[static_cast<size_t>(k)];
  std::vector<double> squared(static_cast<size_t>(points_));
  for (int64_t i = 0; i < points_; ++i) {
    const double value = at(i, i) - 2 * product[static_cast<size_t>(i)] + square;
    squared[static_cast<size_t>(i)] = std::isfinite(value) ? std::max(value, 0.0) : kInf;
  }
  return squared;
}

std::vector<int64_t> Geometry::finite_messages() const {
  std::vector<int64_t> found;
  for (int64_t i = 0; i < n_; ++i)
    if (finite(i)) found.push_back(i);
  return found;
}

Coefficients Geometry::average(const std::vector<int64_t>& chosen) const {
  Coefficients c(static_cast<size_t>(points_), 0.0);
  if (chosen.empty()) c[static_cast<size_t>(origin())] = 1;  // nothing is left: no step
  for (const int64_t i : chosen) c[static_cast<size_t>(i)] += 1.0 / static_cast<double>(chosen.size());
  return c;
}

Geometry Geometry::mixed(const Mixing& mixing) const {
  VARANGIAN_ASSERT_EQ(mixing.points, points_);
  // M G M^T, in which points that are not finite have no coefficients and lost messages no numbers.
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  std::vector<Coefficients> all = mixing.rows;
  for (int64_t extra = n_; extra < points_; ++extra) all.push_back(one(extra));
  const auto k = static_cast<Eigen::Index>(all.size());
  Matrix m = Matrix::Zero(k, points_), g = Eigen::Map<const Matrix>(gram_.data(), points_, points_);
  for (Eigen::Index r = 0; r < k; ++r)
    if (!is_lost(all[static_cast<size_t>(r)]))
      m.row(r) = Eigen::Map<const Eigen::RowVectorXd>(all[static_cast<size_t>(r)].data(), points_);
  for (int64_t i = 0; i < points_; ++i)
    if (!finite(i)) g.row(i).setZero(), g.col(i).setZero();
  Matrix product = m * g * m.transpose();
  for (Eigen::Index r = 0; r < k; ++r)
    if (is_lost(all[static_cast<size_t>(r)]))
      product.row(r).setConstant(NAN), product.col(r).setConstant(NAN);
  return Geometry(static_cast<int64_t>(mixing.rows.size()),
                  {product.data(), product.data() + product.size()});
}

std::vector<int64_t> smallest(const std::vector<double>& values, int64_t count) {
  std::vector<int64_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  const auto ranked = [&](int64_t i) {
    const double value = values[static_cast<size_t>(i)];
    return std::pair(std::isnan(value) ? kInf : value, i);
  };
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return ranked(a) < ranked(b); });
  order.resize(static_cast<size_t>(std::clamp<int64_t>(count, 0, static_cast<int64_t>(values.size()))));
  return order;
}

double median_of(std::vector<double> values) {
  VARANGIAN_ASSERT_LE(1u, values.size());
  for (double& value : values)
    if (std::isnan(value)) value = kInf;
  std::sort(values.begin(), values.end());
  const size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : values[n / 2 - 1] / 2 + values[n / 2] / 2;
}

}  // namespace varangian
