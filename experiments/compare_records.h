#pragma once

#include "core/json.h"

#include <filesystem>
#include <map>
#include <string>

namespace varangian {

/// The last finite number of each column. Throws Error when the file is no csv of ours.
std::map<std::string, double> last_values(const std::filesystem::path& csv);

/// Whether two records of one run agree to the last digit.
struct RecordComparison {
  std::string difference;  ///< the first one, with its place; "" when there is none
  bool bytes = true;       ///< they are the same bytes
};

/// Of all csv files in `folder` with those in `again`. A run that was prolonged may have evaluations in
/// rounds in which one that ran through has none (`every`: rounds between evaluations): these are passed
/// over.
RecordComparison compare_records(const std::filesystem::path& folder, const std::filesystem::path& again,
                                 int64_t every);

/// The column of a final evaluation by which runs are compared: test_accuracy where there is one, else what
/// is nearest to it; "" when there is nothing.
std::string deciding_column(const std::map<std::string, double>& values);

}  // namespace varangian
