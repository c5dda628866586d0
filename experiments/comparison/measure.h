#pragma once

#include "experiments/run_summary.h"

#include <string>
#include <vector>

namespace varangian {

/// One number that a run is judged by, made from a column of its metrics.csv.
struct Measure {
  enum class Kind { last, mean, best, area, rounds_to, bits_to };

  Kind kind = Kind::last;
  std::string column;
  int64_t count = 0;    ///< of `mean`
  double target = 0;    ///< of `rounds_to` and `bits_to`
  bool higher = false;  ///< whether more of the number is better
  std::string words;    ///< "test_accuracy at the end of the run"
};

/// Reads `last:COLUMN` (or the column alone), `mean:COLUMN:K` (of the last K values), `best:COLUMN`,
/// `area:COLUMN` (mean over rounds, by trapezoids), `rounds_to:COLUMN:TARGET`, `bits_to:COLUMN:TARGET` and
/// `final_accuracy` (of the test set, or of the validation set where there is none). `columns`: what there
/// is. Throws Error with what is nearest.
Measure parse_measure(const std::string& text, const std::vector<std::string>& columns);

/// The values that were measured of a column, and what comes after them in a diverged run: chance for an
/// accuracy, an infinitely bad value for anything else.
struct Curve {
  std::vector<double> rounds, values, bits;  ///< bits: sent by workers and server up to there
};

/// The columns of a run's metrics.csv; none where it cannot be read.
std::vector<std::string> measured_columns(const RunSummary& run);

/// Reads a finished run. Throws Error that names the file when it is damaged or the column was not measured.
Curve read_curve(const RunSummary& run, const Measure& measure);

/// The number; infinitely bad (see `higher`) when the target is never reached or the value is not finite.
double value_of(const Curve& curve, const Measure& measure);

}  // namespace varangian
