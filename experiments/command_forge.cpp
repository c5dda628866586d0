#include "experiments/command_input.h"
#include "experiments/commands.h"

#include "data/npy.h"
#include "engine/crew.h"
#include "engine/forging.h"
#include "experiments/plugins.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

struct ForgeryOptions {
  std::string name, input, output, own, weights, gradient, last, aggregator = "mean";
  std::vector<std::string> pre, settings, plugins;
  int64_t f = 1, seed = 0, round = 1, threads = 0;
};

// Settings of the rule and the chain are STEP.KEY=VALUE, those of the adversary KEY=VALUE.
std::unique_ptr<Defence> defence_of(const ForgeryOptions& options, Problems& problems) {
  const Choice rule = checked(step_of(options.aggregator, options.aggregator, options.settings),
                              Kind::aggregator, "/" + options.aggregator, problems);
  std::vector<Choice> steps;
  for (const std::string& pre : options.pre)
    steps.push_back(checked(step_of(pre, pre, options.settings), Kind::pre_aggregator, "/" + pre, problems));
  problems.throw_if_any();
  std::vector<std::unique_ptr<PreAggregator>> chain;
  for (const Choice& step : steps)
    chain.push_back(make<PreAggregator>(Kind::pre_aggregator, step.name, step.values));
  auto made = make<Aggregator>(Kind::aggregator, rule.name, rule.values);
  if (made->takes() != Encoding::dense || made->root_samples() > 0)
    throw Error::format("--aggregator {}: takes more than messages as numbers; run a config instead",
                        rule.name);
  return std::make_unique<Defence>(std::move(chain), std::move(made));
}

void forge_file(const ForgeryOptions& options) {
  for (const std::string& plugin : options.plugins) load_plugin(plugin);
  Problems problems("forge");
  const Choice chosen = checked(step_of(options.name, "", options.settings), Kind::adversary, "", problems);
  const std::unique_ptr<Defence> defence = defence_of(options, problems);

  const at::Tensor honest = matrix(options.input);
  const int64_t h = honest.size(0), n = h + options.f, columns = honest.size(1);
  Liars liars{.adversary = make<Adversary>(Kind::adversary, chosen.name, chosen.values),
              .name = chosen.name,
              .random = Random(static_cast<uint64_t>(options.seed), Purpose::adversary),
              .prefix = "adversary_"};
  if (liars.poisoner() != nullptr)
    throw Error::format("{}: lies by its samples, which a file of messages does not have; run a config",
                        chosen.name);
  liars.adversary->check(n, options.f);
  if (liars.adversary->reads_own() && options.own.empty())
    throw Error::format("{}: starts from what its own workers would send: give that with --own FILE",
                        chosen.name);
  if (liars.omniscient() != nullptr && liars.omniscient()->reads_full_gradient() && options.gradient.empty())
    throw Error::format("{}: reads the full gradient: give it with --gradient FILE", chosen.name);
  at::Tensor rows = at::zeros({n, columns});
  rows.narrow(0, 0, h).copy_(honest);
  if (!options.own.empty()) {
    const at::Tensor own = matrix(options.own);
    if (own.size(0) != options.f || own.size(1) != columns)
      throw Error::format("{}: {} x {}, want {} x {}", options.own, own.size(0), own.size(1), options.f,
                          columns);
    rows.narrow(0, h, options.f).copy_(own);
  }
  Roster roster{.count = n, .honest = {}, .byzantine = {}};
  for (int64_t w = 0; w < n; ++w) (w < h ? roster.honest : roster.byzantine).push_back(w);
  liars.workers = roster.byzantine;

  Crew crew(options.threads > 0 ? static_cast<int>(options.threads) : allowed_cpus());
  State state;
  defence->declare(state, n, columns, at::kCPU);
  declare(liars, state, columns, at::kCPU);
  const auto given = [&](const std::string& path) {
    const at::Tensor values = vector(path, columns);
    return values.defined() ? values : at::zeros({columns});
  };
  const Messages wire{.encoding = Encoding::dense, .columns = columns, .rows = rows};
  const at::Tensor last = given(options.last), weights = given(options.weights), none;
  const std::vector<int64_t> layers = {0};
  const Random random = Random(static_cast<uint64_t>(options.seed), Purpose::rule).at(options.round);
  const DefenceView server{.wire = wire,
                           .declared_f = options.f,
                           .clock = {.round = options.round, .learning_rate = 1},
                           .last_update = last,
                           .weights = weights,
                           .reference = none,
                           .layers = layers,
                           .random = random,
                           .state = state};
  std::vector<Liars> all;
  all.push_back(std::move(liars));
  forge(all, {.stage = Stage::message,
              .rows = rows,
              .roster = roster,
              .defence = *defence,
              .server = server,
              .full_gradient = given(options.gradient),
              .encode = {},
              .parallel = crew});
  write_npy(options.output, rows.narrow(0, h, options.f).contiguous());
}

}  // namespace

void add_forge_command(CLI::App& app, int&) {
  CLI::App* command = app.add_subcommand("forge", "Apply an adversary to the honest rows of a NumPy file");
  auto options = std::make_shared<ForgeryOptions>();
  command->add_option("name", options->name, "As varangian list adversaries shows it")->required();
  command->add_option("--input", options->input, "Matrix with a row an honest message")
      ->required()
      ->type_name("FILE.npy");
  command->add_option("--output", options->output, "Where the liars' messages go, a row each")
      ->required()
      ->type_name("FILE.npy");
  command->add_option("--f", options->f, "Liars (default 1)")->check(CLI::PositiveNumber);
  command->add_option("--own", options->own, "What the liars would send if they were honest, a row each")
      ->type_name("FILE.npy");
  command
      ->add_option("--aggregator", options->aggregator,
                   "The server's rule, for those who ask it (default mean)")
      ->type_name("NAME");
  command->add_option("--pre", options->pre, "A pre-aggregator of the server, in order; may be repeated")
      ->type_name("NAME");
  command
      ->add_option("--set", options->settings,
                   "A parameter of the adversary, or of a step of the server as "
                   "NAME.KEY=VALUE")
      ->type_name("KEY=VALUE");
  command->add_option("--last", options->last, "The update of the round before (default 0)")
      ->type_name("FILE.npy");
  command->add_option("--weights", options->weights, "Of the model (default 0)")->type_name("FILE.npy");
  command->add_option("--gradient", options->gradient, "Over all training samples")->type_name("FILE.npy");
  command->add_option("--seed", options->seed, "Of all coins (default 0)");
  command->add_option("--round", options->round, "Of all coins (default 1)");
  command->add_option("--threads", options->threads, "Default: as many as processors");
  command->add_option("--plugin", options->plugins, "Load a component from a shared library")
      ->type_name("FILE");
  command->footer(
      "Example: varangian forge optimal_alie --input honest.npy --f 4 --aggregator krum --output forged.npy");
  command->callback([options] { forge_file(*options); });
}

}  // namespace varangian
