#pragma once

#include "engine/simulation.h"
#include "record/csv_file.h"
#include "record/run_directory.h"

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace varangian {

/// One recorded round; what was not measured in it is empty. Row 0 is the evaluation of the initial weights.
struct RecordedRound {
  int64_t round = 0;
  double epoch = 0;
  double learning_rate = 0;
  std::optional<double> train_loss;      ///< mean over honest workers, at the weights before the step
  std::vector<double> validation, test;  ///< values of Task::columns(), after the step
  std::optional<double> update_norm;
  std::optional<double> wrong_sign_fraction;  ///< coordinates where update and honest mean differ in sign
  int64_t bytes_up = 0, bytes_down = 0;
  PhaseSeconds seconds;
  std::vector<double> diagnostics;
};

/// The csv files of a run: metrics.csv, timing.csv and, with diagnostics, diagnostics.csv.
class Recorder {
 public:
  /// lengths: bytes to keep of each file, by name, as `lengths()` gave them; missing: the file is started
  /// anew.
  Recorder(const RunDirectory& directory, const std::vector<std::string>& task_columns,
           const std::vector<std::string>& diagnostic_columns, const std::map<std::string, int64_t>& lengths);

  void record(const RecordedRound& row);
  void flush();
  void sync();
  std::map<std::string, int64_t> lengths() const;

 private:
  std::vector<std::string> extra_columns_;  ///< of the task, beyond loss and accuracy
  std::vector<size_t> order_;  ///< position of loss, accuracy and the extra columns in a task's values
  CsvFile metrics_, timing_;
  std::optional<CsvFile> diagnostics_;
};

}  // namespace varangian
