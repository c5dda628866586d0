#pragma once

#include "varangian/geometry.h"
#include "varangian/message.h"
#include "varangian/parallel.h"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace varangian {

/// The h honest messages of a round, and statistics of them: computed by the first adversary that asks,
/// shared by the others. Read only; who changes the rows ends the run.
class HonestRows {
 public:
  /// rows: float32 [h, d]. wire: the honest messages as the server sees them, null where they are the rows.
  HonestRows(at::Tensor rows, const Messages* wire, Parallel& parallel);

  const at::Tensor& rows() const { return rows_; }
  int64_t count() const { return rows_.size(0); }
  int64_t columns() const { return rows_.size(1); }

  const at::Tensor& mean() const;  ///< [d]
  /// [d], the standard deviation of each coordinate: unbiased (dividing by h - 1; 0 for one row), or by h.
  const at::Tensor& deviation(bool unbiased = true) const;
  /// [d], the sum of the honest signs on the wire; where it carries numbers, of the rows' signs, 0
  /// abstaining.
  const at::Tensor& vote() const;
  /// The h rows as points, then the points of `more`, each [d]: their inner products.
  Geometry geometry(const std::vector<at::Tensor>& more = {}) const;

 private:
  void compute_moments() const;

  at::Tensor rows_;
  const Messages* wire_;
  Parallel& parallel_;
  mutable at::Tensor mean_, deviation_, vote_, population_;
};

}  // namespace varangian
