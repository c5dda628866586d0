#include "engine/training.h"

#include "core/blame.h"
#include "engine/evaluation.h"
#include "engine/stopwatch.h"
#include "record/safetensors.h"
#include "varangian/columns.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace varangian {
namespace {

double honest_loss(const Simulation& simulation, const Round& round) {
  const at::Tensor losses = round.losses.to(at::kCPU);
  double sum = 0;
  int64_t count = 0;
  for (const int64_t worker : simulation.setup().roster.honest)
    if (!simulation.setup().task->idle(worker)) {
      sum += losses.data_ptr<float>()[worker];
      ++count;
    }
  return sum / static_cast<double>(std::max<int64_t>(1, count));
}

// Sums of squares over all columns: of the update and of the weights.
std::pair<double, double> squares_of(const Round& round) {
  const at::Tensor squares = round.squares.to(at::kCPU);
  double update = 0, weights = 0;
  for (int64_t block = 0; block < squares.size(0); ++block) {
    update += squares.data_ptr<double>()[2 * block];
    weights += squares.data_ptr<double>()[2 * block + 1];
  }
  return {update, weights};
}

std::vector<double> values_of(const at::Tensor& tensor) {
  const at::Tensor values = tensor.to(at::kCPU, at::kDouble).contiguous();
  return {values.data_ptr<double>(), values.data_ptr<double>() + values.numel()};
}

class Loop {
 public:
  Loop(Simulation& simulation, const std::vector<std::unique_ptr<Diagnostic>>& diagnostics,
       const TrainingOptions& options)
      : simulation_(simulation), diagnostics_(diagnostics), options_(options) {
    columns_.task = task().columns();
    for (const auto& diagnostic : diagnostics)
      blaming(*diagnostic, 0, [&] {
        for (const std::string& column : diagnostic->columns()) columns_.diagnostics.push_back(column);
        for (const std::string& column : diagnostic->worker_columns()) columns_.workers.push_back(column);
      });
  }

  const Task& task() const { return *simulation_.setup().task; }
  const RecordColumns& columns() const { return columns_; }

  bool is_due(int64_t round) const {
    return round % options_.evaluate_every == 0 || round == simulation_.setup().rounds;
  }

  /// The initial weights; with round number > 0 one round.
  RecordedRound row(int64_t number, bool& finite) {
    RecordedRound row{.round = number, .epoch = task().epoch(number)};
    if (number == 0) {
      evaluate(row);
      return row;
    }
    const Round round = simulation_.round(number);
    row.learning_rate = round.clock.learning_rate;
    row.train_loss = honest_loss(simulation_, round);
    const auto [update, weights] = squares_of(round);
    row.update_norm = std::sqrt(update);
    row.bytes_up = round.bytes_up;
    row.bytes_down = round.bytes_down;
    row.seconds = round.seconds;
    finite = std::isfinite(*row.train_loss) && std::isfinite(weights);
    if (finite && is_due(number)) {
      measure(round.clock, row);
      evaluate(row);
    }
    return row;
  }

 private:
  // The recorder reads by index: a plugin's mistake must end here.
  Measurement checked(Measurement measured, const Diagnostic& diagnostic) const {
    const size_t of_round = diagnostic.columns().size(), of_workers = diagnostic.worker_columns().size();
    if (measured.of_round.size() != of_round || measured.of_workers.size() != of_workers)
      throw Error::format("it measures {} values of the round and {} of workers, but has {} and {} columns",
                          measured.of_round.size(), measured.of_workers.size(), of_round, of_workers);
    for (const at::Tensor& value : measured.of_round)
      if (!value.defined() || value.numel() != 1) throw Error("a value of the round is not one number");
    for (const at::Tensor& value : measured.of_workers)
      if (!value.defined() || value.numel() != simulation_.setup().roster.count)
        throw Error::format("values of workers are not {} numbers", simulation_.setup().roster.count);
    return measured;
  }

  void measure(const Clock& clock, RecordedRound& row) {
    const at::Tensor mean = simulation_.honest_mean();
    const int64_t different = count_different_signs(simulation_.update(), mean).item<int64_t>();
    row.wrong_sign_fraction = static_cast<double>(different) / static_cast<double>(task().parameters());
    const Roster& roster = simulation_.setup().roster;
    const Observation seen{.clock = clock,
                           .wire = simulation_.wire(),
                           .honest_mean = mean,
                           .update = simulation_.update(),
                           .honest = roster.honest,
                           .byzantine = roster.byzantine};
    for (const auto& diagnostic : diagnostics_) {
      const Measurement measured =
          blaming(*diagnostic, clock.round, [&] { return checked(diagnostic->measure(seen), *diagnostic); });
      for (const at::Tensor& value : measured.of_round) row.diagnostics.push_back(value.item<double>());
      for (const at::Tensor& value : measured.of_workers) row.by_worker.push_back(values_of(value));
    }
  }

  void evaluate(RecordedRound& row) {
    Stopwatch watch;
    for (const Split split : options_.evaluate_on)
      (split == Split::test ? row.test : row.validation) =
          varangian::evaluate(task(), simulation_.weights(), split, simulation_.crew());
    row.seconds.evaluate = watch.lap();
  }

  Simulation& simulation_;
  const std::vector<std::unique_ptr<Diagnostic>>& diagnostics_;
  const TrainingOptions& options_;
  RecordColumns columns_;
};

// The state as it was before a round: a component that is a process may end in the middle of it.
class Before {
 public:
  void keep(const State& state) {
    if (values_.empty())
      for (const State::Entry& entry : state.entries()) values_.push_back(at::empty_like(entry.value));
    for (size_t i = 0; i < values_.size(); ++i) values_[i].copy_(state.entries()[i].value);
  }

  void restore(State& state) const {
    for (size_t i = 0; i < values_.size(); ++i) at::Tensor(state.entries()[i].value).copy_(values_[i]);
  }

 private:
  std::vector<at::Tensor> values_;
};

// JSON has no NaN: a value that is not finite is left out.
void note(Json& last, const RecordedRound& row, const std::vector<std::string>& columns) {
  last["round"] = row.round;
  if (row.train_loss && std::isfinite(*row.train_loss)) last["train_loss"] = *row.train_loss;
  for (const auto& [split, values] :
       {std::pair("validation_", &row.validation), std::pair("test_", &row.test)})
    for (size_t i = 0; i < values->size(); ++i)
      if (std::isfinite((*values)[i])) last[split + columns[i]] = (*values)[i];
}

std::string summary(const Json& last) {
  for (const char* key : {"test_accuracy", "validation_accuracy", "test_loss", "validation_loss"})
    if (const auto it = last.find(key); it != last.end()) {
      std::string name = key;
      std::replace(name.begin(), name.end(), '_', ' ');
      return fmt::format("{} {:.4g}", name, it->get<double>());
    }
  return "";
}

}  // namespace

TrainingResult train(Simulation& simulation, const std::vector<std::unique_ptr<Diagnostic>>& diagnostics,
                     const TrainingOptions& options, const RunDirectory& directory,
                     const std::atomic<bool>& stop, const std::function<void(const Progress&)>& progress,
                     RunLog& log) {
  Loop loop(simulation, diagnostics, options);
  const std::vector<std::string>& columns = loop.columns().task;
  const int64_t rounds = simulation.setup().rounds;
  TrainingResult result;
  result.last = Json::object();

  Position position;
  const std::optional<Position> found =
      load_checkpoint(directory, simulation.state(), [&](const std::string& text) { log.warn(text); });
  if (found) {
    position = *found;
    result.last = Json::parse(position.last, nullptr, false);
    const std::string machine = machine_identity(loop.task().device());
    result.same_machine = position.machine == machine;
    if (!result.same_machine)
      log.warn(fmt::format(
          "the checkpoint was made by {}, this is {}: the run goes on, but may not repeat bit for bit",
          position.machine, machine));
  }
  result.first_round = result.round = position.round;
  result.outcome = Outcome::interrupted;
  if (stop) return result;
  if (found) log.event(fmt::format("goes on from round {}", position.round));
  Recorder recorder(directory, loop.columns(), simulation.setup().roster.byzantine, position.lengths);
  const auto save = [&] {
    recorder.sync();
    save_checkpoint(directory, simulation.state(),
                    {.round = result.round, .lengths = recorder.lengths(), .last = result.last.dump()});
    log.event(fmt::format("checkpoint of round {}", result.round));
  };
  const auto evaluated = [&](const RecordedRound& row) {
    note(result.last, row, columns);
    log.event(fmt::format("round {}: {}", row.round, summary(result.last)));
    directory.require_ours();
    recorder.flush();
  };

  bool finite = true;
  if (!found) {
    const RecordedRound first = loop.row(0, finite);
    recorder.record(first);
    evaluated(first);
  }
  const bool fragile = simulation.works_outside();
  Before before;
  Stopwatch since_checkpoint;
  double unsaved = 0;
  bool late = false;
  while (finite && !stop && !late && result.round < rounds) {
    RecordedRound row;
    if (fragile) before.keep(simulation.state());
    try {
      row = loop.row(result.round + 1, finite);
    } catch (const std::exception&) {
      if (fragile) {
        before.restore(simulation.state());
        save();
      }
      throw;
    }
    ++result.round;
    recorder.record(row);
    if (!row.test.empty() || !row.validation.empty()) evaluated(row);
    progress({.first_round = result.first_round,
              .round = result.round,
              .rounds = rounds,
              .train_loss = *row.train_loss,
              .evaluation = summary(result.last)});
    unsaved += since_checkpoint.lap();
    if (unsaved >= options.checkpoint_seconds && finite) {
      save();
      unsaved = 0;
    }
    late = options.deadline && std::chrono::steady_clock::now() >= *options.deadline;
  }
  const std::filesystem::path weights = directory.file("weights.safetensors");
  if (!finite) {
    recorder.sync();
    result.outcome = Outcome::diverged;
    result.reason = fmt::format("loss or weights were no longer finite in round {}", result.round);
    std::filesystem::remove(weights);  // of a run that this one prolongs
  } else {
    save();
    if (result.round < rounds) {
      if (late && !stop) result.outcome = Outcome::late;
      return result;
    }
    result.outcome = Outcome::completed;
    write_safetensors(weights, {.tensors = {{"weights", simulation.weights()}}});
  }
  directory.remove_set_aside();
  return result;
}

}  // namespace varangian
