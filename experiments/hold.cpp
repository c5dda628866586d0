#include "experiments/hold.h"

#include "core/nearest.h"

#include <algorithm>

namespace varangian {
namespace {

// -1 where there is no whole number; what is too large for the grammar is only large here.
int64_t number_at(const Json& workers, const char* key) {
  constexpr int64_t kLarge = 20'000;
  if (!workers.is_object() || !workers.contains(key) || !workers[key].is_number_integer()) return -1;
  return std::clamp<int64_t>(workers[key].get<int64_t>(), -1, kLarge);
}

}  // namespace

Hold parse_hold(const Json& what, const std::string& at, const Json& config, Problems& problems) {
  Hold hold;
  static const std::vector<std::string> kWords = {"shard_size", "total_batch", "data_set"};
  const Json words = what.is_array() ? what : Json::array({what});
  for (const Json& word : words)
    if (!word.is_string() || std::find(kWords.begin(), kWords.end(), word) == kWords.end())
      problems.add(at, fmt::format("{} is no such word{}", shown(word),
                                   suggestion(word.is_string() ? word.get<std::string>() : "", kWords)));
  const auto holds = [&](const char* word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  hold.shard_size = holds("shard_size");
  hold.total_batch = holds("total_batch");
  if (hold.shard_size && holds("data_set"))
    problems.add(at, "as workers are added, either what each holds stays or what all of them hold");
  if (!hold.shard_size && !hold.total_batch) return hold;  // the whole data set is dealt anyway

  const Json workers = config.value("workers", Json());
  const int64_t honest = number_at(workers, "honest"), byzantine = number_at(workers, "byzantine");
  const Json fraction = workers.is_object() ? workers.value("byzantine", Json()) : Json();
  hold.count = number_at(workers, "count");
  if (hold.count < 0 && honest >= 0 && byzantine >= 0) hold.count = honest + byzantine;
  hold.byzantine = honest >= 0 ? hold.count - honest : std::max<int64_t>(byzantine, 0);
  if (fraction.is_number_float() && fraction > 0 && fraction < 1)
    hold.byzantine = static_cast<int64_t>(fraction.get<double>() * static_cast<double>(hold.count) + 1e-9);
  if (hold.count < 1)
    problems.add(at,
                 "/workers does not say how many there are beside the sweep: give count, or honest and "
                 "byzantine, as whole numbers; what they have is held");
  return hold;
}

void Hold::apply(Json& run) const {
  if (!shard_size && !total_batch) return;
  Json& workers = run["workers"];
  if (!workers.is_object()) return;  // for the grammar to name
  if (shard_size) {
    if (!workers.contains("partition")) workers["partition"] = Json::object();
    Json& partition = workers["partition"];
    if (partition.is_string()) partition = {{"name", partition}};
    if (partition.is_object() && !partition.contains("shards"))
      partition["shards"] =
          partition.value("byzantine_data", Json("shard")) == "shard" ? count : count - byzantine;
  }
  if (total_batch) {
    if (!workers.contains("batch")) workers["batch"] = Json::object();
    Json& batch = workers["batch"];
    const Json size = batch.is_object() ? batch.value("size", Json(32)) : Json();
    if (!size.is_number_integer() || size < 1 || size > 1'000'000 || batch.contains("total")) return;
    batch = {{"total", size.get<int64_t>() * count}};
  }
}

}  // namespace varangian
