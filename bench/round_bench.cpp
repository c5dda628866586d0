// Whole rounds beside their floor: the same number of samples in plain batches on the same crew, gathered,
// normalised, passed forward and backward, with one gradient a batch and so no per-worker work. The floor is
// the best of 1, 2, 4 and 8 batches. Round and floors take turns, so that a slow moment of the machine meets
// both. On a GPU each is timed until the device is done; the phases then tell how long their calls took.
#include "engine/allocator.h"
#include "engine/device.h"
#include "engine/simulation.h"
#include "engine/stopwatch.h"
#include "experiments/assemble.h"

#include <ATen/ATen.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace varangian {
namespace {

struct Case {
  std::string model;
  int64_t count, byzantine;
  std::string rule;
  double beta;
  int64_t cohort;  ///< 0: as the program chooses
};

struct Quartiles {
  double low, median, high;
};

Quartiles quartiles(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))];
  };
  return {at(0.25), at(0.5), at(0.75)};
}

/// Where and how long all cases are measured.
struct Bench {
  at::Device device = at::kCPU;
  int64_t batch = 32;
  double seconds = 4;
  std::ofstream csv = {};
};

void finish(at::Device device) {
  if (device.is_cuda()) at::detail::getCUDAHooks().deviceSynchronize(device.index());
}

Assembly assembled(const Case& c, int64_t count, int64_t byzantine, int64_t batch, at::Device device,
                   DataCache& data) {
  Problems problems("bench");
  Json config = {{"format", 1},
                 {"name", "bench"},
                 {"rounds", 1000000},
                 {"task", {{"dataset", "fashion_mnist"}, {"model", c.model}}},
                 {"workers",
                  {{"count", count},
                   {"byzantine", byzantine},
                   {"batch", {{"size", batch}}},
                   {"momentum", {{"beta", c.beta}}}}},
                 {"aggregator", c.rule},
                 {"optimizer", {{"name", "sgd"}, {"lr", c.rule == "majority_vote" ? 1e-4 : 0.01}}}};
  if (c.cohort > 0) config["workers"]["cohort"] = c.cohort;
  if (byzantine > 0) config["adversaries"] = Json::array({"sign_flip"});
  config["compressor"] = {{"up", c.rule == "majority_vote" ? "sign" : "none"}};
  const RunConfig run = resolve_run(std::move(config), problems);
  problems.throw_if_any();
  return assemble(run, device, data);
}

// All samples of a round as `batches` plain batches.
class Floor {
 public:
  Floor(const Case& c, const Bench& bench, int64_t batches, DataCache& data, Crew& crew)
      : task_(assembled(c, batches, 0, c.count * bench.batch / batches, bench.device, data).setup.task),
        crew_(crew),
        weights_(task_->initial_weights(1)),
        rows_(at::zeros({batches, task_->parameters()}, weights_.options())),
        losses_(at::zeros({batches}, weights_.options())) {}

  void pass(int64_t round) {
    crew_.for_each(rows_.size(0), [&](int64_t i) {
      task_->gradients(weights_, {&i, 1}, round, rows_.narrow(0, i, 1), losses_.narrow(0, i, 1));
    });
    finish(weights_.device());
  }

 private:
  std::unique_ptr<Task> task_;
  Crew& crew_;
  at::Tensor weights_, rows_, losses_;
};

void measure(const Case& c, Bench& bench, DataCache& data, Crew& crew) {
  constexpr int64_t kBatches[] = {1, 2, 4, 8};
  Simulation simulation(assembled(c, c.count, c.byzantine, bench.batch, bench.device, data).setup, crew);
  std::vector<Floor> floors;
  for (const int64_t batches : kBatches) floors.emplace_back(c, bench, batches, data, crew);

  std::vector<double> rounds;
  std::vector<std::vector<double>> passes(floors.size());
  PhaseSeconds phases;
  int64_t number = 0;
  const auto turn = [&](bool counted) {
    Stopwatch watch;
    const Round round = simulation.round(++number);
    finish(bench.device);
    if (counted) rounds.push_back(watch.lap());
    const PhaseSeconds& s = round.seconds;
    if (counted) {
      phases.gradients += s.gradients;
      phases.encode += s.encode;
      phases.forge += s.forge;
      phases.aggregate += s.aggregate;
      phases.step += s.step;
    }
    for (size_t i = 0; i < floors.size(); ++i) {
      watch.lap();
      floors[i].pass(number);
      if (counted) passes[i].push_back(watch.lap());
    }
  };
  for (int i = 0; i < 3; ++i) turn(false);
  double spent = 0;
  for (Stopwatch all; (spent < bench.seconds || rounds.size() < 15) && rounds.size() < 5000;
       spent += all.lap())
    turn(true);

  size_t best = 0;
  for (size_t i = 1; i < passes.size(); ++i)
    if (quartiles(passes[i]).median < quartiles(passes[best]).median) best = i;
  std::vector<double> ratios;
  for (size_t i = 0; i < rounds.size(); ++i) ratios.push_back(rounds[i] / passes[best][i]);
  const Quartiles round = quartiles(rounds), floor = quartiles(passes[best]), ratio = quartiles(ratios);
  const double per = 1e3 / static_cast<double>(rounds.size());
  fmt::print(
      "{:<8} {:>2}/{} {:<13} {:8.2f} {:8.2f} ({}) {:6.2f} {:5.2f}-{:<5.2f} |{:8.2f} {:6.2f} {:6.2f} {:6.2f} "
      "{:6.2f}\n",
      c.model, c.count, c.byzantine, c.rule, 1e3 * round.median, 1e3 * floor.median, kBatches[best],
      ratio.median, ratio.low, ratio.high, per * phases.gradients, per * phases.encode, per * phases.forge,
      per * phases.aggregate, per * phases.step);
  std::fflush(stdout);
  if (bench.csv.is_open())
    bench.csv << fmt::format("{},{},{},{},{},{},{},{:.5g},{:.5g},{},{:.4g},{:.4g},{:.4g}\n", c.model, c.count,
                             c.byzantine, c.rule, bench.device.is_cpu() ? "cpu" : "cuda", crew.threads(),
                             rounds.size(), 1e3 * round.median, 1e3 * floor.median, kBatches[best],
                             ratio.median, ratio.low, ratio.high)
              << std::flush;
}

}  // namespace
}  // namespace varangian

int main(int argc, char** argv) {
  using namespace varangian;
  keep_freed_memory();
  CLI::App app{"Rounds of training beside their floor"};
  std::vector<std::string> models = {"logistic", "mlp", "cnn"}, rules = {"mean", "median", "majority_vote"};
  Bench bench;
  int threads = 0;
  double beta = 0;
  int64_t cohort = 0;
  std::string device = "cpu", csv;
  app.add_option("--models", models, "Which models")->delimiter(',');
  app.add_option("--rules", rules, "Which aggregators")->delimiter(',');
  app.add_option("--batch", bench.batch, "Samples of a worker")->check(CLI::PositiveNumber);
  app.add_option("--device", device, "cpu or cuda")->check(CLI::IsMember({"cpu", "cuda"}));
  app.add_option("--threads", threads, "Threads of the crew; default: one a processor, one on a GPU")
      ->check(CLI::Range(1, 1024));
  app.add_option("--seconds", bench.seconds, "Time for each line");
  app.add_option("--momentum", beta, "At the workers");
  app.add_option("--cohort", cohort, "Workers of a cohort; 0: as the program chooses");
  app.add_option("--csv", csv, "File that gets every line too")->type_name("FILE");
  app.footer("Example: bench_round --models mlp --rules median,majority_vote");
  CLI11_PARSE(app, argc, argv);

  try {
    bench.device = choose_device(device);
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
  if (threads == 0) threads = bench.device.is_cpu() ? allowed_cpus() : 1;
  if (!csv.empty()) {
    bench.csv.open(csv);
    bench.csv
        << "model,n,f,rule,device,threads,rounds,round_ms,floor_ms,floor_batches,ratio,ratio_q1,ratio_q3\n";
  }
  fmt::print(
      "{}, {} threads, batch {}, momentum {}, sign_flip; ms, medians; ratio of pairs with its quartiles | "
      "mean "
      "ms by phase\n",
      describe_device(bench.device), threads, bench.batch, beta);
  fmt::print("{:<8} {:>4} {:<13} {:>8} {:>8} {:<3} {:>6} {:<11} |{:>8} {:>6} {:>6} {:>6} {:>6}\n", "model",
             "n/f", "rule", "round", "floor", "of", "ratio", "", "gradient", "encode", "forge", "rule",
             "step");
  Crew crew(threads);
  DataCache data;
  for (const std::string& model : models)
    for (const auto& [count, byzantine] : {std::pair<int64_t, int64_t>(10, 2), {30, 7}})
      for (const std::string& rule : rules)
        measure({model, count, byzantine, rule, beta, cohort}, bench, data, crew);
}
