#include "experiments/resolve_workers.h"

#include "engine/forging.h"

#include <algorithm>
#include <cmath>

namespace varangian {

void resolve_counts(Json& workers, RunConfig& run, Problems& problems) {
  const std::string at = "/workers";
  const bool has_count = !workers["count"].is_null(), has_honest = !workers["honest"].is_null(),
             has_byzantine = !workers["byzantine"].is_null();
  const auto number = [&](const char* key) { return workers[key].get<double>(); };
  // A resolved config has all three; those of a run's config.json agree.
  const bool agree =
      has_count && has_honest && has_byzantine && number("count") == number("honest") + number("byzantine");
  if (has_count + has_honest + has_byzantine != 2 && !agree) {
    problems.add(at, "give exactly two of count, honest and byzantine");
    return;
  }
  double byzantine = has_byzantine ? workers["byzantine"].get<double>()
                                   : workers["count"].get<double>() - workers["honest"].get<double>();
  if (byzantine > 0 && byzantine < 1) {
    if (!has_count) problems.add(at + "/byzantine", "a fraction needs /workers/count");
    byzantine = has_count ? std::floor(byzantine * workers["count"].get<double>() + 1e-9) : 0;
  }
  if (byzantine != std::floor(byzantine)) {
    problems.add(at + "/byzantine",
                 fmt::format("{} is neither a whole number nor a fraction below 1", byzantine));
    return;
  }
  run.byzantine = static_cast<int64_t>(byzantine);
  run.count = has_count ? workers["count"].get<int64_t>() : workers["honest"].get<int64_t>() + run.byzantine;
  if (run.byzantine < 0)
    problems.add(at, fmt::format("{} honest workers are more than the count of {}", shown(workers["honest"]),
                                 run.count));
  else if (run.byzantine >= run.count)
    problems.add(at + "/byzantine",
                 fmt::format("{} of {} workers cannot lie: at least one must be honest (f < n)",
                             run.byzantine, run.count));
  else if (run.count > 10000)
    problems.add(at, fmt::format("{} workers are more than 10000", run.count));
  workers["count"] = run.count;
  workers["honest"] = run.count - run.byzantine;
  workers["byzantine"] = run.byzantine;
}

void resolve_shares(Json& workers, RunConfig& run, Problems& problems) {
  Json &batch = workers["batch"], &shards = workers["partition"]["shards"];
  constexpr int64_t kDefault = 32, kLargest = 1'000'000;
  if (!batch["total"].is_null() && !batch["size"].is_null())
    problems.add("/workers/batch", "give size or total, not both");
  if (batch["size"].is_null()) batch["size"] = kDefault;
  if (!batch["total"].is_null()) {
    const int64_t total = batch["total"];
    if (total < run.count)
      problems.add("/workers/batch/total",
                   fmt::format("{} samples are fewer than the {} workers", total, run.count));
    batch["size"] =
        std::max<int64_t>(1, std::llround(static_cast<double>(total) / static_cast<double>(run.count)));
  }
  if (batch["size"] > kLargest)
    problems.add("/workers/batch/total",
                 fmt::format("that is {} for each worker; {} at most", shown(batch["size"]), kLargest));
  batch.erase("total");  // a run is the same however its batch was said
  run.batch = batch["size"];

  const int64_t owners = run.byzantine_data == "shard" ? run.count : run.count - run.byzantine;
  if (!shards.is_null()) {
    run.shards = shards.get<int64_t>();
    if (*run.shards < owners)
      problems.add(
          "/workers/partition/shards",
          fmt::format("{} shards are fewer than the {} workers that hold data", *run.shards, owners));
  } else {
    workers["partition"].erase("shards");
  }
}

void resolve_adversaries(Json& adversaries, RunConfig& run, Problems& problems) {
  int64_t given = 0, rest = -1;
  for (size_t i = 0; i < adversaries.size(); ++i) {
    const std::string at = child("/adversaries", i);
    Json& adversary = adversaries[i];
    AdversaryChoice chosen{.adversary = choice(adversary, Kind::adversary)};
    Json& workers = adversary["workers"];
    if (workers.is_null()) workers = "rest";
    if (workers == "rest" && rest >= 0)
      problems.add(at + "/workers", "only one adversary can have the \"rest\"; give the others numbers");
    else if (workers == "rest")
      rest = static_cast<int64_t>(i);
    else if (!workers.is_number_integer() || workers < 1 || workers > 9999)
      problems.add(at + "/workers",
                   fmt::format("{} is neither a whole number from 1 to 9999 nor \"rest\"", shown(workers)));
    else
      given += chosen.workers = workers.get<int64_t>();
    const Json& rounds = adversary["rounds"];
    if (rounds.size() != 2 || rounds[0].is_null() || (!rounds[1].is_null() && rounds[1] < rounds[0])) {
      problems.add(at + "/rounds", fmt::format("{} is not [first, last] or [first, null]", shown(rounds)));
    } else {
      chosen.first = rounds[0];
      if (!rounds[1].is_null()) chosen.last = rounds[1];
    }
    chosen.on_gradients = adversary["stage"] == "gradient";
    run.adversaries.push_back(std::move(chosen));
  }
  if (run.byzantine > 0 && run.byzantine_data == "none")
    for (const AdversaryChoice& chosen : run.adversaries) {
      const auto adversary = make<Adversary>(Kind::adversary, chosen.adversary.name, chosen.adversary.values);
      const bool always = chosen.first == 1 && chosen.last >= run.rounds;
      if (starts_from_own(*adversary) || !always)
        problems.add("/workers/partition/byzantine_data",
                     fmt::format("liars without data cannot follow \"{}\", which {}; give them a \"shard\"",
                                 chosen.adversary.name,
                                 starts_from_own(*adversary) ? "starts from their own messages"
                                                             : "is honest in some rounds"));
    }
  if (rest >= 0)
    run.adversaries[static_cast<size_t>(rest)].workers = std::max<int64_t>(0, run.byzantine - given);
  if (run.byzantine > 0 && adversaries.empty())
    problems.add("/adversaries", fmt::format("{} workers lie but no adversary says how; name one, or set "
                                             "/workers/byzantine to 0",
                                             run.byzantine));
  else if (given > run.byzantine || (rest < 0 && run.byzantine > 0 && given < run.byzantine))
    problems.add("/adversaries", fmt::format("adversaries for {} workers, but /workers/byzantine is {}",
                                             given, run.byzantine));
}

}  // namespace varangian
