#pragma once

#include "engine/server_oracle.h"

#include <memory>

namespace varangian {

/// Steps along a line without an aggregation for each. Messages mu + t p are affine in two points, mu and
/// mu + p, so the inner products of all n messages at any t follow from those of the honest rows and these
/// two: a Gram rule is asked in O(n^2), and a chain before a rule of columns too. A rule of columns is then
/// run on a sample of them, block by block for all steps together. Null for rules that read whole rows, and
/// for signs.
std::unique_ptr<Line> make_probe(const OracleView& view, const at::Tensor& origin,
                                 const at::Tensor& direction);

}  // namespace varangian
