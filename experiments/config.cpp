#include "experiments/config.h"

#include "data/dataset.h"
#include "engine/defence.h"
#include "experiments/config_file.h"
#include "experiments/grammar.h"
#include "experiments/preset.h"
#include "experiments/resolve_workers.h"
#include "learn/loss.h"
#include "learn/metric.h"
#include "learn/model.h"
#include "varangian/adversary.h"
#include "varangian/compressor.h"

namespace varangian {

Choice choice(const Json& component, Kind kind) { return {component.at("name"), values_of(component, kind)}; }

namespace {

std::vector<Choice> choices(const Json& list, Kind kind) {
  std::vector<Choice> all;
  for (const Json& component : list) all.push_back(choice(component, kind));
  return all;
}

std::optional<int64_t> optional_integer(const Json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<int64_t>());
}

std::optional<ErrorFeedback> error_feedback(const Json& value) {
  if (value.is_null()) return std::nullopt;
  return ErrorFeedback{.decay = value.at("decay"), .in_steps = value.at("units") == "step"};
}

void resolve_task(Json& task, RunConfig& run, Problems& problems) {
  run.dataset = choice(task["dataset"], Kind::dataset);
  run.validation = task["dataset"]["validation"];
  const auto dataset = make<Dataset>(Kind::dataset, run.dataset.name, run.dataset.values);
  if (dynamic_cast<const SampleDataset*>(dataset.get()) == nullptr) {
    for (const char* key : {"model", "loss", "metrics"})
      if (!task[key].is_null())
        problems.add(std::string("/task/") + key,
                     fmt::format("the dataset \"{}\" is a formula and takes no {}; leave it out",
                                 run.dataset.name, key));
    if (run.validation > 0)
      problems.add("/task/dataset/validation",
                   fmt::format("\"{}\" has no samples to keep", run.dataset.name));
    return;
  }
  if (task["model"].is_null()) {
    problems.add("/task/model", "missing: a model, as \"logistic\", \"mlp\" or \"cnn\"");
    return;
  }
  const auto fill = [&](const char* key, const Json& initial, const Node& node) {
    if (task[key].is_null()) task[key] = resolve(&initial, node, std::string("/task/") + key, problems);
  };
  Node loss{.name = "loss", .type = Node::Type::component};
  loss.kind = Kind::loss;
  Node metric{.name = "", .type = Node::Type::component};
  metric.kind = Kind::metric;
  Node metrics{.name = "metrics", .type = Node::Type::list};
  metrics.children = {metric};
  fill("loss", "cross_entropy", loss);
  run.model = choice(task["model"], Kind::model);
  run.loss = choice(task["loss"], Kind::loss);
  const auto made_loss = make<Loss>(Kind::loss, run.loss->name, run.loss->values);
  fill("metrics", made_loss->classifies() ? Json::array({"accuracy"}) : Json::array(), metrics);
  run.metrics = choices(task["metrics"], Kind::metric);

  const auto model = make<Model>(Kind::model, run.model->name, run.model->values);
  if (made_loss->takes_log_probabilities() != model->log_probabilities())
    problems.add("/task/loss",
                 made_loss->takes_log_probabilities()
                     ? fmt::format("\"{}\" takes log-probabilities: set /task/model/log_softmax to true",
                                   run.loss->name)
                     : fmt::format("\"{}\" takes raw outputs: set /task/model/log_softmax to false, or "
                                   "take the loss \"nll\"",
                                   run.loss->name));
  for (size_t i = 0; i < run.metrics.size(); ++i)
    if (make<Metric>(Kind::metric, run.metrics[i].name, run.metrics[i].values)->classifies() !=
        made_loss->classifies())
      problems.add(child("/task/metrics", i),
                   fmt::format("the metric \"{}\" does not go with the loss \"{}\"", run.metrics[i].name,
                               run.loss->name));
}

using Misfit = std::function<void(const std::string&, const std::string&)>;

// A condition on the messages that reach one step of the defence.
void check_condition(const std::string& pointer, const Descriptor& step, int64_t n, int64_t f,
                     const std::function<void()>& check, const Misfit& misfit) {
  if (const std::string unmet = unmet_condition(step.rule, n, f); !unmet.empty())
    return misfit(pointer, fmt::format("\"{}\" {}", step.name, unmet));
  try {
    check();
  } catch (const Error& error) {
    misfit(pointer, fmt::format("\"{}\" {}", step.name, error.what()));
  }
}

void check_feedback(const std::string& pointer, const Choice& codec,
                    const std::optional<ErrorFeedback>& feedback, const Misfit& misfit) {
  if (feedback && make<Compressor>(Kind::compressor, codec.name, codec.values)->identity())
    misfit(pointer + "/error_feedback",
           fmt::format("\"{}\" loses nothing that could be fed back; take another codec, or leave "
                       "error_feedback out",
                       codec.name));
}

void check_fit(const RunConfig& run, const Misfit& misfit) {
  const auto codec = make<Compressor>(Kind::compressor, run.compressor.name, run.compressor.values);
  const auto rule = make<Aggregator>(Kind::aggregator, run.aggregator.name, run.aggregator.values);
  if (!run.pre_aggregators.empty() && rule->takes() != Encoding::dense)
    misfit("/pre_aggregators", fmt::format("they mix dense messages, and \"{}\" takes {}; leave them out",
                                           run.aggregator.name, to_string(rule->takes())));
  if (rule->takes() != codec->encoding())
    misfit("/aggregator", fmt::format("\"{}\" takes {} messages, but the compressor \"{}\" makes {}; {}",
                                      run.aggregator.name, to_string(rule->takes()), run.compressor.name,
                                      to_string(codec->encoding()),
                                      rule->takes() == Encoding::signs
                                          ? "set \"compressor\": \"sign\" or \"sto_sign\""
                                          : "take one that delivers numbers, as \"scaled_sign\", or "
                                            "leave the compressor out"));
  check_feedback("/compressor/up", run.compressor, run.feedback, misfit);
  check_feedback("/compressor/down", run.down, run.down_feedback, misfit);
  for (size_t i = 0; i < run.adversaries.size() && run.byzantine > 0; ++i) {
    const Choice& chosen = run.adversaries[i].adversary;
    try {
      make<Adversary>(Kind::adversary, chosen.name, chosen.values)->check(run.count, run.byzantine);
    } catch (const Error& error) {
      misfit(child("/adversaries", i), fmt::format("\"{}\" {}", chosen.name, error.what()));
    }
  }
  int64_t n = run.count;
  for (size_t i = 0; i < run.pre_aggregators.size(); ++i) {
    const Choice& step = run.pre_aggregators[i];
    const auto made = make<PreAggregator>(Kind::pre_aggregator, step.name, step.values);
    check_condition(
        child("/pre_aggregators", i), Registry::instance().describe(Kind::pre_aggregator, step.name), n,
        run.declared_f, [&] { made->check(n, run.declared_f); }, misfit);
    n = made->outputs(n);
  }
  check_condition(
      "/aggregator", Registry::instance().describe(Kind::aggregator, run.aggregator.name), n, run.declared_f,
      [&] { rule->check(n, run.declared_f); }, misfit);
}

void resolve_evaluation(Json& evaluate, RunConfig& run, Problems& problems) {
  run.evaluate_every = evaluate["every"];
  if (evaluate["on"].is_null())
    evaluate["on"] = run.validation > 0 ? Json{"validation", "test"} : Json{"test"};
  for (const Json& split : evaluate["on"]) {
    run.evaluate_on.push_back(split == "test" ? Split::test : Split::validation);
    if (split == "validation" && run.validation == 0)
      problems.add("/evaluate/on", "there is no validation split; set /task/dataset/validation, as 0.2");
  }
}

void copy_plain_fields(const Json& c, RunConfig& run) {
  run.name = c["name"];
  run.output = c["output"];
  if (!c["from"].is_null()) run.from = c["from"];
  run.rounds = c["rounds"];
  const Json& workers = c["workers"];
  run.which = workers["which"];
  run.partition = choice(workers["partition"], Kind::partition);
  run.byzantine_data = workers["partition"]["byzantine_data"];
  run.short_shard = workers["partition"]["short_shard"];
  run.beta = workers["momentum"]["beta"];
  run.damped = workers["momentum"]["damped"];
  if (!workers["clip"].is_null()) run.clip = workers["clip"].get<double>();
  run.cohort = optional_integer(workers["cohort"]);
  run.compressor = choice(c["compressor"]["up"], Kind::compressor);
  run.feedback = error_feedback(c["compressor"]["up"]["error_feedback"]);
  run.down = choice(c["compressor"]["down"], Kind::compressor);
  run.down_feedback = error_feedback(c["compressor"]["down"]["error_feedback"]);
  run.aggregator = choice(c["aggregator"], Kind::aggregator);
  run.pre_aggregators = choices(c["pre_aggregators"], Kind::pre_aggregator);
  run.optimizer = choice(c["optimizer"], Kind::optimizer);
  run.schedule = choice(c["schedule"], Kind::schedule);
  run.diagnostics = choices(c["diagnostics"], Kind::diagnostic);
  run.data_seed = c["seed"]["data"];
  run.init_seed = c["seed"]["init"];
  run.batch_seed = c["seed"]["batches"];
  run.adversary_seed = c["seed"]["adversary"];
  run.rule_seed = c["seed"]["rule"];
  run.checkpoint_seconds = c["checkpoint"]["seconds"];
  run.device = c["execution"]["device"];
  run.threads = optional_integer(c["execution"]["threads"]);
  run.pin = c["execution"]["pin"];
  if (!c["execution"]["time_limit"].is_null()) run.time_limit = c["execution"]["time_limit"].get<double>();
}

// Some parameters fit only together; a component says so when it is made.
void check_construction(const RunConfig& run, Problems& problems) {
  const auto check = [&](const std::string& pointer, Kind kind, const Choice& choice) {
    try {
      Registry::instance().make(kind, choice.name, choice.values);
    } catch (const Error& error) {
      problems.add(pointer, error.what());
    }
  };
  check("/workers/partition", Kind::partition, run.partition);
  check("/compressor/up", Kind::compressor, run.compressor);
  check("/compressor/down", Kind::compressor, run.down);
  check("/aggregator", Kind::aggregator, run.aggregator);
  for (size_t i = 0; i < run.pre_aggregators.size(); ++i)
    check(child("/pre_aggregators", i), Kind::pre_aggregator, run.pre_aggregators[i]);
  check("/optimizer", Kind::optimizer, run.optimizer);
  check("/schedule", Kind::schedule, run.schedule);
  for (size_t i = 0; i < run.diagnostics.size(); ++i)
    check(child("/diagnostics", i), Kind::diagnostic, run.diagnostics[i]);
}

}  // namespace

RunConfig resolve_run(Json config, Problems& problems, std::vector<Inapplicable>* inapplicable) {
  if (const auto named = config.find("preset"); named != config.end()) {
    const Json name = *named;
    config.erase("preset");
    if (!name.is_string())
      problems.add("/preset", fmt::format("{} is not a name", shown(name)));
    else
      try {
        config = merged(preset(name), config);
      } catch (const Error& error) {
        problems.add("/preset", error.what());
      }
  }
  RunConfig run;
  const size_t before = problems.lines().size();
  run.resolved = resolve(&config, run_grammar(), "", problems);
  if (problems.lines().size() > before) return run;  // the checks below take a well-formed tree for granted

  Json& c = run.resolved;
  const std::string name = c["name"];
  if (name.empty() || name.front() == '.' ||
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") !=
          std::string::npos)
    problems.add("/name",
                 fmt::format("{} names a folder: letters, digits, '_', '-' and '.' only", shown(c["name"])));
  copy_plain_fields(c, run);
  check_construction(run, problems);
  if (problems.lines().size() > before) return run;
  resolve_counts(c["workers"], run, problems);
  if (run.count > run.byzantine) resolve_shares(c["workers"], run, problems);
  try {
    resolve_task(c["task"], run, problems);
  } catch (const Error& error) {
    problems.add("/task", error.what());
  }
  if (run.count > 0) resolve_adversaries(c["adversaries"], run, problems);
  if (c["declared_f"].is_null()) c["declared_f"] = run.byzantine;
  run.declared_f = c["declared_f"];
  if (run.count > 0 && run.declared_f >= run.count)
    problems.add("/declared_f", fmt::format("{} is not below the {} workers", run.declared_f, run.count));
  resolve_evaluation(c["evaluate"], run, problems);
  if (run.count > 0 && run.declared_f < run.count)
    check_fit(run, [&](const std::string& pointer, const std::string& reason) {
      if (inapplicable != nullptr)
        inapplicable->push_back({pointer, reason});
      else
        problems.add(pointer, reason);
    });
  return run;
}

}  // namespace varangian
