#include "experiments/assemble.h"

#include "data/partition.h"
#include "engine/given_weights.h"
#include "engine/heterogeneity.h"
#include "learn/objective.h"
#include "learn/supervised.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <span>

namespace varangian {
namespace {

// The training set in two: positions kept for validation, and the rest, both in rising order.
std::pair<std::vector<int64_t>, std::vector<int64_t>> split_training(int64_t train, double share,
                                                                     uint64_t seed) {
  std::vector<bool> kept(static_cast<size_t>(train), false);
  const int64_t count = static_cast<int64_t>(std::llround(share * static_cast<double>(train)));
  if (count > 0) {
    const Permutation order(Random(seed, Purpose::validation_split), static_cast<uint64_t>(train), 0, 0);
    for (int64_t i = 0; i < count; ++i) kept[order(static_cast<uint64_t>(i))] = true;
  }
  std::pair<std::vector<int64_t>, std::vector<int64_t>> parts;
  for (int64_t i = 0; i < train; ++i)
    (kept[static_cast<size_t>(i)] ? parts.first : parts.second).push_back(i);
  return parts;
}

// Shards by worker id, in positions of `samples`.
Shards deal(const RunConfig& run, const Samples& samples, const std::vector<int64_t>& positions,
            const Roster& roster, std::span<const int64_t> all_labels) {
  std::vector<int64_t> labels;
  if (!all_labels.empty())
    for (const int64_t position : positions) labels.push_back(all_labels[static_cast<size_t>(position)]);
  const bool liars_own_data = run.byzantine_data == "shard";
  const int64_t owners = liars_own_data ? roster.count : static_cast<int64_t>(roster.honest.size());
  const auto partition = make<Partition>(Kind::partition, run.partition.name, run.partition.values);
  const int64_t count = run.shards.value_or(owners);
  const Random random(run.data_seed, Purpose::partition);
  const Shards dealt = located("/workers/partition", [&] {
    return partition->deal(labels, static_cast<int64_t>(positions.size()), samples.classes, count, random);
  });
  // One draw for any number of owners: with more of them nobody's shard changes.
  const Permutation drawn(random, static_cast<uint64_t>(count), 0, 1);
  const auto shard_of = [&](int64_t owner) {
    return static_cast<size_t>(run.shards ? drawn(static_cast<uint64_t>(owner))
                                          : static_cast<uint64_t>(owner));
  };

  Shards shards(static_cast<size_t>(roster.count));
  std::vector<bool> is_held(positions.size());
  for (int64_t owner = 0; owner < owners; ++owner) {
    const int64_t worker = liars_own_data ? owner : roster.honest[static_cast<size_t>(owner)];
    for (const int64_t index : dealt[shard_of(owner)]) {
      shards[static_cast<size_t>(worker)].push_back(positions[static_cast<size_t>(index)]);
      is_held[static_cast<size_t>(index)] = true;
    }
  }
  if (run.byzantine_data == "honest_union")
    for (const int64_t liar : roster.byzantine)
      for (size_t i = 0; i < positions.size(); ++i)
        if (is_held[i]) shards[static_cast<size_t>(liar)].push_back(positions[i]);
  if (run.short_shard == "error")
    for (int64_t worker = 0; worker < roster.count; ++worker) {
      const size_t size = shards[static_cast<size_t>(worker)].size();
      const bool idle = run.byzantine_data == "none" && size == 0;
      if (!idle && static_cast<int64_t>(size) < run.batch)
        throw Error::format(
            "/workers/batch/size: worker {} holds {} samples, fewer than the batch of {}; take smaller "
            "batches or fewer workers, or set /workers/partition/short_shard to \"smaller_batch\"",
            worker, size, run.batch);
    }
  return shards;
}

int64_t root_samples(const RunConfig& run) {
  return make<Aggregator>(Kind::aggregator, run.aggregator.name, run.aggregator.values)->root_samples();
}

// What the server keeps of the training samples for a gradient of its own.
std::vector<int64_t> take_root(std::vector<int64_t>& training, const RunConfig& run) {
  const int64_t count = root_samples(run), all = static_cast<int64_t>(training.size());
  if (count == 0) return {};
  if (count >= all)
    throw Error::format("/aggregator: the server keeps {} samples, and there are {} to train on", count, all);
  const Permutation order(Random(run.data_seed, Purpose::validation_split), static_cast<uint64_t>(all), 1, 0);
  std::vector<bool> kept(training.size(), false);
  for (int64_t i = 0; i < count; ++i) kept[order(static_cast<uint64_t>(i))] = true;
  std::vector<int64_t> root, rest;
  for (size_t i = 0; i < training.size(); ++i) (kept[i] ? root : rest).push_back(training[i]);
  training = std::move(rest);
  return root;
}

std::vector<Liars> make_liars(const RunConfig& run, const Roster& roster) {
  std::vector<Liars> all;
  auto next = roster.byzantine.begin();
  for (size_t i = 0; i < run.adversaries.size(); ++i) {
    const AdversaryChoice& chosen = run.adversaries[i];
    if (chosen.workers == 0) continue;
    all.push_back(
        {.adversary = make<Adversary>(Kind::adversary, chosen.adversary.name, chosen.adversary.values),
         .name = chosen.adversary.name,
         .workers = {next, next + chosen.workers},
         .first = chosen.first,
         .last = chosen.last,
         .random = Random(run.adversary_seed, Purpose::adversary, static_cast<uint32_t>(i)),
         .stage = chosen.on_gradients ? Stage::gradient : Stage::message,
         .prefix = fmt::format("adversary{}_", all.size())});
    next += chosen.workers;
  }
  return all;
}

// The first backdoor among the adversaries: its success is a column of the record.
std::shared_ptr<const DataAdversary> backdoor_of(const std::vector<Liars>& liars, const Samples& samples) {
  for (const Liars& group : liars)
    if (group.poisoner() != nullptr) {
      at::Tensor probe = at::zeros({1, samples.inputs.size(1)});
      if (!group.poisoner()->trigger(probe, samples.shape)) continue;
      if (group.poisoner()->target() >= samples.classes)
        throw Error::format("/adversaries: \"{}\" aims at class {}, and there are {}", group.name,
                            group.poisoner()->target(), samples.classes);
      return std::dynamic_pointer_cast<const DataAdversary>(group.adversary);
    }
  return nullptr;
}

std::unique_ptr<Task> supervised_task(const RunConfig& run, const Samples& samples, const Roster& roster,
                                      at::Device device, Assembly& assembly) {
  auto loss = make<Loss>(Kind::loss, run.loss->name, run.loss->values);
  if (loss->classifies() != (samples.classes > 0))
    throw Error::format("/task/loss: \"{}\" is for {}, but the targets of \"{}\" are {}", run.loss->name,
                        loss->classifies() ? "classes" : "values", run.dataset.name,
                        samples.classes > 0 ? "classes" : "values");
  auto [validation, training] = split_training(samples.train, run.validation, run.data_seed);
  std::span<const int64_t> labels;
  if (samples.classes > 0)
    labels = {samples.targets.data_ptr<int64_t>(), static_cast<size_t>(samples.size())};
  const std::vector<int64_t> root = take_root(training, run);
  Shards shards = deal(run, samples, training, roster, labels);
  assembly.label_entropy = label_entropy(shards, roster.honest, labels, samples.classes);
  if (!root.empty()) shards.push_back(root);  // the server is worker n

  int64_t largest = 1;  // a batch beyond the largest shard would only be padding
  for (const std::vector<int64_t>& shard : shards)
    largest = std::max(largest, static_cast<int64_t>(shard.size()));
  const int64_t batch = std::min(run.batch, largest);

  const auto model = make<Model>(Kind::model, run.model->name, run.model->values);
  auto network = located(
      "/task/model", [&] { return std::make_unique<Network>(model->build(samples.shape, samples.outputs)); });
  std::vector<std::unique_ptr<Metric>> metrics;
  for (const Choice& metric : run.metrics)
    metrics.push_back(make<Metric>(Kind::metric, metric.name, metric.values));
  assembly.task = {{"dataset", run.dataset.name},         {"model", run.model->name},
                   {"parameters", network->parameters()}, {"classes", samples.classes},
                   {"train_samples", training.size()},    {"validation_samples", validation.size()},
                   {"test_samples", samples.test()}};
  if (samples.classes > 0) assembly.task["chance_accuracy"] = 1.0 / static_cast<double>(samples.classes);
  return make_supervised_task({.samples = samples,
                               .validation = std::move(validation),
                               .sampler = Sampler(std::move(shards), batch, run.batch_seed),
                               .honest = roster.honest,
                               .network = std::move(network),
                               .loss = std::move(loss),
                               .metrics = std::move(metrics),
                               .backdoor = backdoor_of(assembly.setup.liars, samples)},
                              device);
}

}  // namespace

const Samples& DataCache::get(const RunConfig& run) {
  const std::string key = run.resolved.at("task").at("dataset").dump();
  const auto known = known_.find(key);
  if (known != known_.end()) return known->second;
  const auto dataset = make<SampleDataset>(Kind::dataset, run.dataset.name, run.dataset.values);
  return known_.emplace(key, located("/task/dataset", [&] { return dataset->load(); })).first->second;
}

namespace {

std::unique_ptr<Defence> make_defence(const RunConfig& run) {
  std::vector<std::unique_ptr<PreAggregator>> chain;
  for (const Choice& step : run.pre_aggregators)
    chain.push_back(make<PreAggregator>(Kind::pre_aggregator, step.name, step.values));
  return std::make_unique<Defence>(
      std::move(chain), make<Aggregator>(Kind::aggregator, run.aggregator.name, run.aggregator.values));
}

}  // namespace

Assembly assemble(const RunConfig& run, at::Device device, DataCache& data) {
  Assembly assembly;
  assembly.label_entropy = std::numeric_limits<double>::quiet_NaN();
  Setup& setup = assembly.setup;
  setup.roster =
      make_roster(run.count, run.byzantine, run.which, Random(run.adversary_seed, Purpose::byzantine_choice));

  setup.liars = make_liars(run, setup.roster);

  const auto dataset = make<Dataset>(Kind::dataset, run.dataset.name, run.dataset.values);
  if (const auto* objective = dynamic_cast<const Objective*>(dataset.get())) {
    setup.task = objective->make_task(run.count + (root_samples(run) > 0 ? 1 : 0), setup.roster.honest,
                                      run.data_seed, run.batch_seed, device);
    assembly.task = {{"dataset", run.dataset.name}, {"parameters", setup.task->parameters()}};
    for (const Liars& liars : setup.liars)
      if (liars.poisoner() != nullptr)
        throw Error::format("/adversaries: \"{}\" changes samples, and \"{}\" has none", liars.name,
                            run.dataset.name);
  } else {
    setup.task = supervised_task(run, data.get(run), setup.roster, device, assembly);
  }

  if (!run.from.empty())
    setup.start = located("/from", [&] { return given_weights(run.from, setup.task->parameters()); });
  setup.clip = run.clip;
  setup.momentum = {.beta = run.beta, .damped = run.damped};
  setup.compressor = make<Compressor>(Kind::compressor, run.compressor.name, run.compressor.values);
  setup.feedback = run.feedback;
  setup.down = make<Compressor>(Kind::compressor, run.down.name, run.down.values);
  setup.down_feedback = run.down_feedback;
  setup.defence = make_defence(run);
  setup.declared_f = run.declared_f;
  setup.optimizer = make<Optimizer>(Kind::optimizer, run.optimizer.name, run.optimizer.values);
  setup.schedule = make<Schedule>(Kind::schedule, run.schedule.name, run.schedule.values);
  setup.rounds = run.rounds;
  setup.cohort = run.cohort.value_or(setup.task->cohort(run.count));
  setup.init_seed = run.init_seed;
  setup.rule_seed = run.rule_seed;
  for (const Choice& diagnostic : run.diagnostics)
    assembly.diagnostics.push_back(make<Diagnostic>(Kind::diagnostic, diagnostic.name, diagnostic.values));
  for (const auto& diagnostic : assembly.diagnostics) setup.observed_outside |= diagnostic->is_outside();
  return assembly;
}

}  // namespace varangian
