#pragma once

#include "experiments/comparison/report.h"

namespace varangian {

/// Mean ± deviation of the measure for each value of one axis (rows) and of another (columns), over all else;
/// the deviation is between the means of seeds. In LaTeX the best of each column is bold; csv has a line a
/// cell. Adds to `notes` what the cells average over and where runs are missing.
Cells cell_table(const Axes& axes, const Measurements& measurements, const std::string& row_axis,
                 const std::string& column_axis, TableFormat format, std::vector<std::string>& notes);

}  // namespace varangian
