#pragma once

#include "experiments/comparison/comparison.h"
#include "experiments/text_table.h"

#include <string>
#include <vector>

namespace varangian {

enum class TableFormat { text, csv, latex };

/// What a comparison was made of and asked, besides its numbers.
struct Asked {
  TableFormat format = TableFormat::text;
  Replicates replicates = Replicates::seeds;
  double alpha = 0.05;
  bool has_baseline = false;
  std::string attack_axis;
};

/// A number for the eye (four digits) or, in csv, whole. Infinitely bad is "never" where a target was not
/// reached, else "not finite"; NaN is "-", in csv nothing.
std::string number_text(double value, const Measure& measure, TableFormat format);

/// Rows in the format asked for: csv, LaTeX, or aligned.
std::string table_text(const Cells& rows, TableFormat format);

/// A row for each level: mean, deviation, worst case, rank, difference to the reference, p.
Cells level_table(const Blocks& blocks, const Comparison& comparison, const Measure& measure,
                  const Asked& asked);

/// A row for each pair that was tested.
Cells pair_table(const Blocks& blocks, const Comparison& comparison, const Measure& measure,
                 const Asked& asked);

/// What a reader must know to trust the tables: what a block is, what is repeated, which tests, the smallest
/// p that they can give.
std::vector<std::string> explanations(const Blocks& blocks, const Comparison& comparison, const Asked& asked);

}  // namespace varangian
