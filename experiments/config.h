#pragma once

#include "core/json.h"
#include "core/schema.h"
#include "engine/error_feedback.h"
#include "learn/task.h"

#include <optional>
#include <string>
#include <vector>

namespace varangian {

/// A component of a resolved config.
struct Choice {
  std::string name;
  Values values;
};

Choice choice(const Json& component, Kind kind);

struct AdversaryChoice {
  Choice adversary;
  int64_t workers = 0;
  int64_t first = 1, last = INT64_MAX;
  bool on_gradients = false;
};

/// One run, resolved and checked: `resolved` is what config.json says, the rest is the same in types.
struct RunConfig {
  Json resolved;
  Json swept = Json::object();  ///< axis of the sweep -> this run's value

  std::string name, output, from;
  int64_t rounds = 0;
  std::optional<Choice> model, loss;
  Choice dataset, partition, compressor, down, aggregator, optimizer, schedule;
  std::optional<ErrorFeedback> feedback, down_feedback;
  std::vector<Choice> metrics, diagnostics, pre_aggregators;
  double validation = 0;
  std::string byzantine_data, short_shard, which;
  int64_t count = 0, byzantine = 0, declared_f = 0, batch = 0;
  std::optional<int64_t> shards;  ///< dealt; as many as there are owners of data unless told
  double beta = 0;
  bool damped = true;
  std::optional<double> clip;
  std::optional<int64_t> cohort, threads;
  std::vector<AdversaryChoice> adversaries;
  uint64_t data_seed = 0, init_seed = 0, batch_seed = 0, adversary_seed = 0, rule_seed = 0;
  int64_t evaluate_every = 0;
  std::vector<Split> evaluate_on;
  double checkpoint_seconds = 0;
  std::string device;
  std::optional<double> time_limit;  ///< seconds
  bool pin = true;
};

/// Why a combination cannot run although its parts are right: for `"inapplicable": "skip"`.
struct Inapplicable {
  std::string pointer, reason;
};

/// Checks a config (spelled out, with its preset, without `sweep`) and fills in every default. All that is
/// wrong goes to `problems`; a combination that does not fit goes to `inapplicable` when that is given, else
/// also to `problems`. The result is complete only when nothing was added.
RunConfig resolve_run(Json config, Problems& problems, std::vector<Inapplicable>* inapplicable = nullptr);

}  // namespace varangian
