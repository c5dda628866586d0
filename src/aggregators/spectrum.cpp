#include "aggregators/spectrum.h"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>

namespace varangian {
namespace {

using Matrix = Eigen::MatrixXd;

Matrix matrix_of(const std::vector<double>& values) {
  const auto m = static_cast<Eigen::Index>(std::llround(std::sqrt(static_cast<double>(values.size()))));
  return Eigen::Map<const Matrix>(values.data(), m, m);
}

}  // namespace

// Of the tridiagonal form, and by inverse iteration there: a quarter of the work for all vectors.
Eigenpair top_eigenpair(const std::vector<double>& matrix) {
  const Matrix m = matrix_of(matrix);
  if (m.rows() == 1 || m.cwiseAbs().maxCoeff() < 1e-280) {  // any vector is one
    std::vector<double> first(static_cast<size_t>(m.rows()), 0.0);
    first[0] = 1;
    return {m(0, 0), first};
  }
  const Eigen::Tridiagonalization<Matrix> tridiagonal(m);
  const Eigen::VectorXd diagonal = tridiagonal.diagonal(), beside = tridiagonal.subDiagonal();
  Eigen::SelfAdjointEigenSolver<Matrix> solver;
  solver.computeFromTridiagonal(diagonal, beside, Eigen::EigenvaluesOnly);
  const double value = solver.eigenvalues().tail(1)(0);

  // (T - s) x = b with s just above the spectrum is definite: no pivots are needed.
  const double size = std::max({std::abs(value), std::abs(solver.eigenvalues()(0)), 1e-300});
  const double shift = value + 1e-14 * size;
  Eigen::VectorXd pivot = diagonal.array() - shift, x(m.rows()), factor(m.rows());
  for (Eigen::Index i = 1; i < m.rows(); ++i) {
    if (std::abs(pivot(i - 1)) < 1e-16 * size) pivot(i - 1) = -1e-16 * size;
    factor(i) = beside(i - 1) / pivot(i - 1);
    pivot(i) -= factor(i) * beside(i - 1);
  }
  if (std::abs(pivot(m.rows() - 1)) < 1e-16 * size) pivot(m.rows() - 1) = -1e-16 * size;
  for (Eigen::Index i = 0; i < m.rows(); ++i) x(i) = 1 + 0.01 * static_cast<double>(i % 7);  // along no axis
  for (int step = 0; step < 3; ++step) {
    for (Eigen::Index i = 1; i < m.rows(); ++i) x(i) -= factor(i) * x(i - 1);
    x(m.rows() - 1) /= pivot(m.rows() - 1);
    for (Eigen::Index i = m.rows() - 1; i-- > 0;) x(i) = (x(i) - beside(i) * x(i + 1)) / pivot(i);
    x.normalize();
  }
  Eigen::VectorXd vector = tridiagonal.matrixQ() * x;
  Eigen::Index largest = 0;
  vector.cwiseAbs().maxCoeff(&largest);
  if (vector(largest) < 0) vector = -vector;
  return {value, {vector.data(), vector.data() + vector.size()}};
}

double top_eigenvalue(const std::vector<double>& matrix) {
  return Eigen::SelfAdjointEigenSolver<Matrix>(matrix_of(matrix), Eigen::EigenvaluesOnly)
      .eigenvalues()
      .tail(1)(0);
}

}  // namespace varangian
