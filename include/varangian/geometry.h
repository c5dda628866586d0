#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace varangian {

/// One weight a point. They sum to 1, so that what they mean does not depend on where the origin is.
using Coefficients = std::vector<double>;

/// Messages made of others: row r of [rows, points] has the coefficients of the r-th new message. A message
/// of which nothing finite is known stays lost: lost(points).
struct Mixing {
  int64_t points = 0;
  std::vector<Coefficients> rows;
};

/// The coefficients of a message that is not finite.
Coefficients lost(int64_t points);
bool is_lost(const Coefficients& row);

/// Scores and the like, by name, for people (`varangian aggregate --explain`). Where nobody asked, null is
/// passed around.
using Explanation = std::map<std::string, std::vector<double>>;

/// Inner products of points: n messages, the origin, and where the rule asked for them the last update or the
/// reference (the server's own gradient). All that a rule of the Gram family knows of its rows.
class Geometry {
 public:
  /// gram: [points, points], about any common centre.
  Geometry(int64_t messages, std::vector<double> gram);

  int64_t n() const { return n_; }  ///< messages: points 0..n-1
  int64_t points() const { return points_; }
  int64_t origin() const { return n_; }
  int64_t last_update() const { return n_ + 1; }
  int64_t reference() const { return points_ - 1; }

  /// False for a message with an entry that is not finite: it is infinitely far from everything.
  bool finite(int64_t i) const;
  /// |x_i - x_j|^2, infinite where one of them is not finite.
  double squared_distance(int64_t i, int64_t j) const;
  double squared_norm(int64_t i) const { return squared_distance(i, origin()); }
  /// <x_i - x_c, x_j - x_c>; not a number where one of them is not finite.
  double inner(int64_t i, int64_t j, int64_t about) const;
  double inner(int64_t i, int64_t j) const { return inner(i, j, origin()); }
  /// <x_i, x_j> / (|x_i| |x_j|); 0 where one of them is 0 or not finite.
  double cosine(int64_t i, int64_t j) const;

  /// |x_i - sum_k c_k x_k|^2 for all points i.
  std::vector<double> squared_distances_to(const Coefficients& c) const;

  /// All messages, or those without an entry that is not finite.
  std::vector<int64_t> finite_messages() const;

  /// The weights' mean of the chosen points.
  Coefficients average(const std::vector<int64_t>& chosen) const;
  Coefficients one(int64_t point) const { return average({point}); }

  /// The same with the messages replaced.
  Geometry mixed(const Mixing& mixing) const;

 private:
  double at(int64_t i, int64_t j) const { return gram_[static_cast<size_t>(i * points_ + j)]; }

  int64_t n_, points_;
  std::vector<double> gram_;
};

/// Indices of the `count` smallest values; of equal ones the lower index. NaN ranks last. In rising order of
/// value.
std::vector<int64_t> smallest(const std::vector<double>& values, int64_t count);

/// The middle value, for an even number the mean of the two middle ones; values may not be empty.
double median_of(std::vector<double> values);

}  // namespace varangian
