#pragma once

#include <vector>

namespace varangian {

struct Eigenpair {
  double value = 0;
  std::vector<double> vector;  ///< of length 1; its largest entry in size is positive
};

/// The largest eigenvalue of a symmetric matrix [m, m], and its vector.
Eigenpair top_eigenpair(const std::vector<double>& matrix);

/// The largest eigenvalue alone.
double top_eigenvalue(const std::vector<double>& matrix);

}  // namespace varangian
