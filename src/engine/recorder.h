#pragma once

#include "engine/simulation.h"
#include "record/csv_file.h"
#include "record/run_directory.h"

#include <limits>
#include <map>
#include <optional>
#include <set>
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
  std::vector<double> diagnostics;             ///< values of diagnostics.csv; empty where not measured
  std::vector<std::vector<double>> by_worker;  ///< columns of workers.csv, each with a value a worker
};

/// What the csv files hold beyond their fixed columns.
struct RecordColumns {
  std::vector<std::string> task, diagnostics, workers;
};

/// The csv files of a run: metrics.csv, timing.csv and, where a diagnostic has columns for them,
/// diagnostics.csv and workers.csv.
class Recorder {
 public:
  /// lengths: bytes to keep of each file, by name, as `lengths()` gave them; missing: the file is started
  /// anew.
  /// `byzantine`: the workers that workers.csv marks.
  Recorder(const RunDirectory& directory, const RecordColumns& columns, const std::vector<int64_t>& byzantine,
           const std::map<std::string, int64_t>& lengths);

  void record(const RecordedRound& row);
  void flush();
  void sync();
  std::map<std::string, int64_t> lengths() const;

 private:
  void record_workers(const RecordedRound& row);

  std::vector<std::string> extra_columns_;  ///< of the task, beyond loss and accuracy
  std::vector<size_t> order_;  ///< position of loss, accuracy and the extra columns in a task's values
  CsvFile metrics_, timing_;
  std::optional<CsvFile> diagnostics_, workers_;
  std::set<int64_t> byzantine_;
};

}  // namespace varangian
