#pragma once

#include "engine/crew.h"
#include "varangian/points.h"

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <vector>

namespace varangian {

/// What a kernel reads, and the floats that it is timed on.
struct Matrix {
  at::Tensor rows;   ///< [n, d]
  at::Tensor words;  ///< the same, packed
  at::Tensor out;    ///< [d]

  int64_t n() const { return rows.size(0); }
  int64_t d() const { return rows.size(1); }
};

/// Rows N(0, 1).
Matrix normal_rows(int64_t n, int64_t d);

/// A step that is timed, and how many bytes it has to read, and to write where that is as much.
struct Work {
  std::string name;
  double bytes;
  std::function<void()> run;
};

/// Kernels and rules on one matrix; it must outlive what it hands out.
class Works {
 public:
  Works(Matrix m, int64_t f, Crew& crew) : m_(std::move(m)), f_(f), crew_(crew) {}

  /// First "read", what memory delivers; last "gram".
  std::vector<Work> kernels();
  Work chain(const std::string& rule, const std::vector<std::string>& pre);

  /// Throws Error where a kernel differs from plain tensor operators.
  void verify();

 private:
  using OnBlock = std::function<void(at::Tensor rows, at::Tensor out)>;
  Work by_blocks(const std::string& name, OnBlock body);
  double bytes() const { return 4.0 * static_cast<double>(m_.n() * m_.d()); }
  void read();
  void vote();
  void momenta(at::Tensor words);
  void step();

  Matrix m_;
  at::Tensor weights_ = m_.out.clone();
  int64_t f_;
  Crew& crew_;
};

}  // namespace varangian
