#include "engine/recorder.h"

#include <algorithm>

namespace varangian {
namespace {

// The fixed part of metrics.csv: readers rely on these names.
const std::vector<std::string> kColumns = {"round",
                                           "epoch",
                                           "lr",
                                           "train_loss",
                                           "validation_loss",
                                           "validation_accuracy",
                                           "test_loss",
                                           "test_accuracy",
                                           "update_norm",
                                           "wrong_sign_fraction",
                                           "bytes_up",
                                           "bytes_down"};

std::vector<std::string> extra_columns(const std::vector<std::string>& task_columns) {
  std::vector<std::string> extra;
  for (const std::string& column : task_columns)
    if (column != "loss" && column != "accuracy") extra.push_back(column);
  return extra;
}

std::vector<std::string> metrics_header(const std::vector<std::string>& task_columns) {
  std::vector<std::string> header = kColumns;
  for (const char* split : {"validation_", "test_"})
    for (const std::string& column : extra_columns(task_columns)) header.push_back(split + column);
  return header;
}

std::vector<std::string> joined(std::vector<std::string> first, const std::vector<std::string>& rest) {
  first.insert(first.end(), rest.begin(), rest.end());
  return first;
}

int64_t length_of(const std::map<std::string, int64_t>& lengths, const char* name) {
  const auto it = lengths.find(name);
  return it == lengths.end() ? 0 : it->second;
}

std::string cell_or_empty(const std::optional<double>& value) { return value ? cell(*value) : ""; }

}  // namespace

Recorder::Recorder(const RunDirectory& directory, const RecordColumns& columns,
                   const std::vector<int64_t>& byzantine, const std::map<std::string, int64_t>& lengths)
    : extra_columns_(extra_columns(columns.task)),
      metrics_(directory.file("metrics.csv"), metrics_header(columns.task),
               length_of(lengths, "metrics.csv")),
      timing_(directory.file("timing.csv"),
              {"round", "gradients", "forge", "encode", "aggregate", "step", "evaluate"},
              length_of(lengths, "timing.csv")),
      byzantine_(byzantine.begin(), byzantine.end()) {
  for (const std::string& column : joined({"loss", "accuracy"}, extra_columns_))
    order_.push_back(std::find(columns.task.begin(), columns.task.end(), column) - columns.task.begin());
  if (!columns.diagnostics.empty())
    diagnostics_.emplace(directory.file("diagnostics.csv"), joined({"round"}, columns.diagnostics),
                         length_of(lengths, "diagnostics.csv"));
  if (!columns.workers.empty())
    workers_.emplace(directory.file("workers.csv"), joined({"round", "worker", "byzantine"}, columns.workers),
                     length_of(lengths, "workers.csv"));
}

void Recorder::record(const RecordedRound& row) {
  const auto value = [&](const std::vector<double>& values, size_t column) {
    return order_[column] < values.size() ? cell(values[order_[column]]) : "";
  };
  const bool trained = row.round > 0;
  std::vector<std::string> cells = {cell(row.round),
                                    cell(row.epoch),
                                    trained ? cell(row.learning_rate) : "",
                                    cell_or_empty(row.train_loss),
                                    value(row.validation, 0),
                                    value(row.validation, 1),
                                    value(row.test, 0),
                                    value(row.test, 1),
                                    cell_or_empty(row.update_norm),
                                    cell_or_empty(row.wrong_sign_fraction),
                                    cell(row.bytes_up),
                                    cell(row.bytes_down)};
  for (const auto* values : {&row.validation, &row.test})
    for (size_t i = 0; i < extra_columns_.size(); ++i) cells.push_back(value(*values, 2 + i));
  metrics_.row(cells);

  const PhaseSeconds& s = row.seconds;
  std::vector<std::string> times = {cell(row.round)};
  for (const double seconds : {s.gradients, s.forge, s.encode, s.aggregate, s.step, s.evaluate})
    times.push_back(fmt::format("{:.6f}", seconds));
  timing_.row(times);

  if (diagnostics_ && !row.diagnostics.empty()) {
    std::vector<std::string> measured = {cell(row.round)};
    for (const double diagnostic : row.diagnostics) measured.push_back(cell(diagnostic));
    diagnostics_->row(measured);
  }
  record_workers(row);
}

void Recorder::record_workers(const RecordedRound& row) {
  if (!workers_ || row.by_worker.empty()) return;
  for (size_t worker = 0; worker < row.by_worker.front().size(); ++worker) {
    const int64_t id = static_cast<int64_t>(worker);
    std::vector<std::string> cells = {cell(row.round), cell(id), byzantine_.contains(id) ? "1" : "0"};
    for (const std::vector<double>& column : row.by_worker) cells.push_back(cell(column[worker]));
    workers_->row(cells);
  }
}

void Recorder::flush() {
  metrics_.flush();
  timing_.flush();
  if (diagnostics_) diagnostics_->flush();
  if (workers_) workers_->flush();
}

void Recorder::sync() {
  metrics_.sync();
  timing_.sync();
  if (diagnostics_) diagnostics_->sync();
  if (workers_) workers_->sync();
}

std::map<std::string, int64_t> Recorder::lengths() const {
  std::map<std::string, int64_t> lengths = {{"metrics.csv", metrics_.length()},
                                            {"timing.csv", timing_.length()}};
  if (diagnostics_) lengths["diagnostics.csv"] = diagnostics_->length();
  if (workers_) lengths["workers.csv"] = workers_->length();
  return lengths;
}

}  // namespace varangian
