#include "experiments/judged_columns.h"

#include "core/nearest.h"
#include "learn/metric.h"

#include <algorithm>

namespace varangian {
namespace {

// What tells how good a run is. `outputs`: of its model, which is known when the data is read.
std::vector<std::string> judged_columns(const RunConfig& run, int64_t outputs) {
  std::vector<std::string> columns = {"train_loss"};
  for (const Split split : run.evaluate_on) {
    const std::string prefix = split == Split::test ? "test_" : "validation_";
    columns.push_back(prefix + "loss");
    for (const Choice& metric : run.metrics)
      for (const std::string& column :
           make<Metric>(Kind::metric, metric.name, metric.values)->columns(outputs))
        columns.push_back(prefix + column);
  }
  return columns;
}

bool evaluated_on(const RunConfig& run, Split split) {
  return std::find(run.evaluate_on.begin(), run.evaluate_on.end(), split) != run.evaluate_on.end();
}

}  // namespace

std::string why_not_judged(const RunConfig& run, const std::string& column) {
  constexpr int64_t kMany = 1000;
  if (column.starts_with("validation_") && run.validation == 0)
    return fmt::format("\"{}\" needs a validation split; set /task/dataset/validation, as 0.2", column);
  for (const auto& [name, split] :
       {std::pair("validation", Split::validation), std::pair("test", Split::test)})
    if (column.starts_with(std::string(name) + "_") && !evaluated_on(run, split))
      return fmt::format("\"{}\" is not measured; add \"{}\" to /evaluate/on", column, name);
  const std::vector<std::string> all = judged_columns(run, kMany);
  if (std::find(all.begin(), all.end(), column) != all.end()) return "";
  return fmt::format("\"{}\" is not measured{}", column, suggestion(column, judged_columns(run, 1)));
}

std::string default_column(const RunConfig& run) {
  const std::vector<std::string> all = judged_columns(run, 1);
  for (const char* column : {"test_accuracy", "validation_accuracy", "test_loss", "validation_loss"})
    if (std::find(all.begin(), all.end(), column) != all.end()) return column;
  return "train_loss";
}

}  // namespace varangian
