#pragma once

#include <filesystem>
#include <limits>
#include <string>
#include <vector>

namespace varangian {

/// A csv of a run as numbers, read whole.
struct CsvTable {
  /// What a cell holds that says "nan" or "inf".
  static constexpr double kNotFinite = std::numeric_limits<double>::infinity();

  std::vector<std::string> columns;
  std::vector<std::vector<double>> values;  ///< [columns][rows]; NaN where the cell is empty

  /// nullptr when there is no such column.
  const std::vector<double>* column(const std::string& name) const;
};

/// Throws Error that names the file, and the line where it is damaged: cut, with too many or too few cells, a
/// cell that is no number, rounds that do not increase.
CsvTable read_csv_table(const std::filesystem::path& path);

}  // namespace varangian
