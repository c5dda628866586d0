#include "aggregators/spectrum.h"

#include <Eigen/Eigenvalues>

#include <cmath>

namespace varangian {
namespace {

using Matrix = Eigen::MatrixXd;

Matrix matrix_of(const std::vector<double>& values) {
  const auto m = static_cast<Eigen::Index>(std::llround(std::sqrt(static_cast<double>(values.size()))));
  return Eigen::Map<const Matrix>(values.data(), m, m);
}

}  // namespace

Eigenpair top_eigenpair(const std::vector<double>& matrix) {
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(matrix_of(matrix));
  Eigen::VectorXd vector = solver.eigenvectors().rightCols(1);
  Eigen::Index largest = 0;
  vector.cwiseAbs().maxCoeff(&largest);
  if (vector(largest) < 0) vector = -vector;
  return {solver.eigenvalues().tail(1)(0), {vector.data(), vector.data() + vector.size()}};
}

double top_eigenvalue(const std::vector<double>& matrix) {
  return Eigen::SelfAdjointEigenSolver<Matrix>(matrix_of(matrix), Eigen::EigenvaluesOnly)
      .eigenvalues()
      .tail(1)(0);
}

}  // namespace varangian
