#pragma once

#include "varangian/component.h"
#include "varangian/honest.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace varangian {

/// The parameters that Min-Max and Min-Sum have in common: direction, largest.
std::vector<Parameter> stretch_parameters();

/// Messages mean - g p for Min-Max and Min-Sum: squared distances to the honest messages are quadratics in g,
/// so the largest g has a closed form where others bisect.
class Stretch {
 public:
  /// p: "unit", the mean's unit vector; "sign", its signs; "deviation".
  Stretch(const HonestRows& honest, const std::string& direction);

  /// Between two honest messages.
  double squared_distance(int64_t i, int64_t j) const { return geometry_.squared_distance(i, j); }

  /// The largest g >= 0 with sum_{i in who} |mean - g p - x_i|^2 <= bound.
  double largest_factor(const std::vector<int64_t>& who, double bound) const;

  /// mean - g p; above `largest`, unless that is 0, g is cut.
  at::Tensor message(double g, double largest) const;

 private:
  const HonestRows& honest_;
  at::Tensor direction_;
  Geometry geometry_;
};

}  // namespace varangian
