#include "experiments/command_input.h"
#include "experiments/commands.h"

#include "core/json.h"
#include "core/nearest.h"
#include "core/schema.h"
#include "data/npy.h"
#include "engine/crew.h"
#include "engine/defence.h"
#include "experiments/config.h"
#include "experiments/plugins.h"
#include "varangian/compressor.h"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <cmath>

namespace varangian {
namespace {

struct AggregationOptions {
  std::string name, input, output, reference, last;
  std::vector<std::string> pre, settings, plugins;
  int64_t f = 0, seed = 0, round = 1, threads = 0;
  bool explain = false;
};

void require(const Descriptor& step, int64_t n, int64_t f) {
  if (const std::string unmet = unmet_condition(step.rule, n, f); !unmet.empty())
    throw Error::format("{} {}", step.name, unmet);
}

void print(const Explanation& explanation) {
  for (const auto& [name, values] : explanation) {
    fmt::print("{}\n", name);
    for (size_t i = 0; i < values.size(); ++i) fmt::print("  {:>4}  {:.6g}\n", i, values[i]);
  }
}

/// |x_i - update| of every message, which any rule can be asked for.
std::vector<double> distances(const at::Tensor& rows, const at::Tensor& update, Parallel& crew) {
  Points points = rows_of(rows);
  points.push_back(update);
  const Geometry geometry(rows.size(0), gram(points, crew));
  std::vector<double> all;
  for (int64_t i = 0; i < rows.size(0); ++i)
    all.push_back(std::sqrt(geometry.squared_distance(i, rows.size(0))));
  return all;
}

void aggregate(const AggregationOptions& options) {
  for (const std::string& plugin : options.plugins) load_plugin(plugin);
  for (const std::string& setting : options.settings) {
    const std::string step = setting.substr(0, setting.find('='));
    if (const size_t dot = step.find('.');
        dot != std::string::npos &&
        std::find(options.pre.begin(), options.pre.end(), step.substr(0, dot)) == options.pre.end())
      throw Error::format("--set {}: no --pre {}{}", setting, step.substr(0, dot),
                          suggestion(step.substr(0, dot), options.pre));
  }
  Problems problems("aggregate");
  const Choice chosen = checked(step_of(options.name, "", options.settings), Kind::aggregator, "", problems);
  std::vector<Choice> steps;
  for (const std::string& pre : options.pre)
    steps.push_back(checked(step_of(pre, pre, options.settings), Kind::pre_aggregator, "/" + pre, problems));
  problems.throw_if_any();

  const at::Tensor rows = matrix(options.input);
  int64_t n = rows.size(0);
  const int64_t columns = rows.size(1);
  if (options.f >= n) throw Error::format("--f {}: not below the {} rows of {}", options.f, n, options.input);
  auto rule = make<Aggregator>(Kind::aggregator, chosen.name, chosen.values);
  std::vector<std::unique_ptr<PreAggregator>> chain;
  for (const Choice& step : steps) {
    chain.push_back(make<PreAggregator>(Kind::pre_aggregator, step.name, step.values));
    require(Registry::instance().describe(Kind::pre_aggregator, step.name), n, options.f);
    chain.back()->check(n, options.f);
    n = chain.back()->outputs(n);
  }
  require(Registry::instance().describe(Kind::aggregator, chosen.name), n, options.f);
  rule->check(n, options.f);
  if (rule->root_samples() > 0 && options.reference.empty())
    throw Error::format("{} reads the server's own gradient: give it with --reference FILE", chosen.name);
  if (rule->takes() == Encoding::signs && !chain.empty())
    throw Error::format("{} takes signs, which --pre does not mix", chosen.name);

  Crew crew(options.threads > 0 ? static_cast<int>(options.threads) : allowed_cpus());
  Messages wire{.encoding = rule->takes(), .columns = columns, .rows = rows};
  if (wire.encoding == Encoding::signs) {
    wire.rows = at::zeros({rows.size(0), (columns + 63) / 64}, at::kLong);
    std::vector<int64_t> ids(static_cast<size_t>(rows.size(0)));
    const Descriptor& sign = Registry::instance().describe(Kind::compressor, "sign");
    make<Compressor>(Kind::compressor, "sign", values_for(sign))
        ->encode({.dense = rows, .workers = ids, .random = Random(0, Purpose::compressor), .layers = {}},
                 wire.rows);
  }
  const bool reads_reference = rule->root_samples() > 0;
  const Defence defence(std::move(chain), std::move(rule));
  State state;
  defence.declare(state, rows.size(0), columns, at::kCPU);
  const at::Tensor zeros = at::zeros({columns}), given = vector(options.last, columns),
                   reference = reads_reference ? vector(options.reference, columns) : at::Tensor();
  const std::vector<int64_t> layers = {0};
  Explanation explanation;
  at::Tensor update = at::zeros({columns});
  const Random random = Random(static_cast<uint64_t>(options.seed), Purpose::rule).at(options.round);
  defence.decide({.wire = wire,
                  .declared_f = options.f,
                  .clock = {.round = options.round, .learning_rate = 1},
                  .last_update = given.defined() ? given : zeros,
                  .weights = zeros,
                  .reference = reference,
                  .layers = layers,
                  .random = random,
                  .state = state,
                  .explanation = options.explain ? &explanation : nullptr},
                 update, crew);
  if (!options.output.empty()) write_npy(options.output, update);
  if (options.explain) {
    explanation["distance to the update"] = distances(rows, update, crew);
    print(explanation);
  }
  if (options.output.empty() && !options.explain)
    for (int64_t j = 0; j < columns; ++j) fmt::print("{}\n", update.const_data_ptr<float>()[j]);
}

}  // namespace

void add_aggregate_command(CLI::App& app, int&) {
  CLI::App* command =
      app.add_subcommand("aggregate", "Apply a rule, or a chain, to the rows of a NumPy file");
  auto options = std::make_shared<AggregationOptions>();
  command->add_option("name", options->name, "As varangian list aggregators shows it")->required();
  command->add_option("--input", options->input, "Matrix with a row a message")
      ->required()
      ->type_name("FILE.npy");
  command->add_option("--output", options->output, "Where the update goes; without it, to the terminal")
      ->type_name("FILE.npy");
  command->add_option("--f", options->f, "Liars that the rule is told to expect (default 0)")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--pre", options->pre, "A pre-aggregator, in order; may be repeated")
      ->type_name("NAME");
  command
      ->add_option("--set", options->settings,
                   "A parameter of the rule, or of a pre-aggregator as NAME.KEY=VALUE")
      ->type_name("KEY=VALUE");
  command->add_option("--reference", options->reference, "The server's own gradient, for fltrust")
      ->type_name("FILE.npy");
  command->add_option("--last", options->last, "The update of the round before (default 0)")
      ->type_name("FILE.npy");
  command->add_option("--seed", options->seed, "Of the rule's coins (default 0)");
  command->add_option("--round", options->round, "Of the rule's coins (default 1)");
  command->add_option("--threads", options->threads, "Default: as many as processors");
  command->add_option("--plugin", options->plugins, "Load a component from a shared library")
      ->type_name("FILE");
  command->add_flag("--explain", options->explain, "Print scores, weights and distances by row");
  command->footer(
      "Example: varangian aggregate multi_krum --input rows.npy --f 3 --pre nnm --output out.npy");
  command->callback([options] { aggregate(*options); });
}

}  // namespace varangian
