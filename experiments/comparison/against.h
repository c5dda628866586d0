#pragma once

#include "experiments/comparison/report.h"

namespace varangian {

/// The difference of every cell (all axes but the seed) of two folders, A - B, means over seeds; "beyond
/// seeds" says whether it exceeds the larger deviation over seeds of the two. One run outside of a sweep
/// stands against every cell of the other folder, and one cell against one cell, whatever was swept. Adds to
/// `notes` which cells are on one side alone. Throws Error when none is on both.
Cells against_table(const Axes& a, const Measurements& in_a, const Axes& b, const Measurements& in_b,
                    TableFormat format, std::vector<std::string>& notes);

}  // namespace varangian
