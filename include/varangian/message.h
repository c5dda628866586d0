#pragma once

#include "varangian/encoding.h"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace varangian {

/// The messages of n workers in one round as the server sees them, row r from worker ids[r].
struct Messages {
  Encoding encoding = Encoding::dense;
  int64_t columns = 0;  ///< d, the number of coordinates

  /// dense: float32 [n, d].
  /// signs: int64 [n, ceil(d / 64)]; coordinate j is bit j % 64 of word j / 64, set when negative (as in the
  /// authors' code); bits beyond d are 0.
  at::Tensor rows;

  int64_t workers() const { return rows.size(0); }
};

/// Message of one row as numbers, float32 [columns]: a dense one as it is (a view), a sign as -1 or +1.
at::Tensor dense_row(const Messages& messages, int64_t row);

}  // namespace varangian
