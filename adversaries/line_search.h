#pragma once

#include "varangian/adversary.h"

namespace varangian {

/// The parameter "largest" of every adversary that searches a line.
Parameter largest_step();

/// mean + t direction for the t in [0, largest] that moves the server's update farthest from the honest mean.
/// The damage as a function of t jumps (a rule stops selecting the lie) and has several peaks: it is looked
/// at on a geometric grid, the four best places are narrowed to 1e-4 of t, and what the probes promise is
/// measured on the server's rule itself before it is taken.
at::Tensor most_damaging(const OmniscientView& view, const at::Tensor& direction, double largest);

}  // namespace varangian
