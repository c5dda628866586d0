#include "experiments/breakdown.h"

#include "experiments/config_file.h"
#include "experiments/sweep.h"
#include "support/catch.h"

#include <functional>

namespace varangian {
namespace {

struct SearchEnd {
  BreakingPoint point;
  int64_t runs = 0;
};

// Looks through `levels` levels, of which run `seed` at `level` survives as `survives` says.
SearchEnd search_through(size_t levels, int64_t seeds,
                         const std::function<bool(size_t level, int64_t seed)>& survives) {
  std::vector<LevelCount> counts(levels);
  SearchEnd end;
  while (const std::optional<size_t> level = next_level(counts, seeds)) {
    LevelCount& count = counts[*level];
    const int64_t seed = count.survived + count.broke;
    REQUIRE(seed < seeds);
    ++(survives(*level, seed) ? count.survived : count.broke);
    ++end.runs;
  }
  end.point = breaking_point(counts, seeds);
  return end;
}

}  // namespace

TEST_CASE("a search finds every breaking point of a rule that breaks once", "[search]") {
  for (size_t levels = 2; levels < 40; ++levels)
    for (size_t breaks = 0; breaks <= levels; ++breaks) {
      const SearchEnd end = search_through(levels, 3, [&](size_t level, int64_t) { return level < breaks; });
      CHECK(end.point.monotone);
      CHECK(end.point.survives == (breaks == 0 ? std::nullopt : std::optional(breaks - 1)));
      CHECK(end.point.breaks == (breaks == levels ? std::nullopt : std::optional(breaks)));
      CHECK(end.point.surely_survives == end.point.survives);
      CHECK(end.point.surely_breaks == end.point.breaks);
    }
}

TEST_CASE("a search of 32 levels with 3 seeds takes a sixth of the grid", "[search]") {
  for (size_t breaks = 0; breaks <= 32; ++breaks)
    CHECK(search_through(32, 3, [&](size_t level, int64_t) { return level < breaks; }).runs <= 18);
}

TEST_CASE("a level is decided as the majority of all its seeds would", "[search]") {
  for (int64_t seeds = 1; seeds <= 6; ++seeds)
    for (int64_t survived = 0; survived <= seeds; ++survived)
      CHECK(state_of({survived, seeds - survived}, seeds) ==
            (2 * survived > seeds ? LevelState::survives : LevelState::breaks));
  CHECK(state_of({2, 0}, 3) == LevelState::survives);
  CHECK(state_of({1, 1}, 3) == LevelState::open);
  CHECK(state_of({0, 2}, 4) == LevelState::breaks);
  CHECK(state_of({2, 0}, 4) == LevelState::open);
}

TEST_CASE("a rule that survives again is not called monotone, and the first break counts", "[search]") {
  const SearchEnd end =
      search_through(16, 1, [](size_t level, int64_t) { return level < 4 || (level > 8 && level < 13); });
  CHECK_FALSE(end.point.monotone);
  CHECK(end.point.survives == 3u);
  CHECK(end.point.breaks == 4u);
  CHECK(end.runs == 16);  // looked at everywhere
}

TEST_CASE("a level whose seeds disagree widens the interval", "[search]") {
  const SearchEnd end =
      search_through(9, 3, [](size_t level, int64_t seed) { return level < 4 || (level == 4 && seed != 1); });
  CHECK(end.point.survives == 4u);
  CHECK(end.point.breaks == 5u);
  CHECK(end.point.surely_survives == 2u);  // 3 was not looked at
  CHECK(end.point.surely_breaks == 5u);
}

TEST_CASE("a search's mistakes are answered with their place", "[search]") {
  const auto error_of = [](const std::string& block, const std::string& sweep) {
    Problems problems("x.json");
    Json axes = Json::parse(sweep);
    parse_breakdown(Json::parse(block), axes, problems);
    std::string all;
    for (const std::string& line : problems.lines()) all += line + "\n";
    return all;
  };
  const std::string good =
      R"({"over": "/workers/byzantine", "levels": [0, 1], "until": "final_accuracy < 0.5 * clean"})";
  CHECK(error_of(good, "null").empty());
  CHECK_THAT(error_of(R"({"over": "workers", "levels": [0, 1], "until": "test_loss > 2"})", "null"),
             Catch::Contains("x.json: /search/breakdown/over: \"workers\" is not a JSON pointer"));
  CHECK_THAT(error_of(R"({"over": "/a", "level": [0, 1], "until": "accuracy is low"})", "null"),
             Catch::Contains("/search/breakdown/level: unknown key; did you mean \"levels\"?") &&
                 Catch::Contains("/search/breakdown/levels: want a list of two values") &&
                 Catch::Contains("/search/breakdown/until: \"accuracy is low\" is not of the form"));
  for (const std::string levels :
       {R"({"from": -9223372036854775808, "to": 9223372036854775807})",
        R"({"from": 0, "to": 18446744073709551615})",
        R"({"from": 9223372036854775801, "to": 9223372036854775807})", R"({"from": 0, "to": 10000})",
        R"({"from": 0, "to": 9, "step": 9223372036854775807})", R"({"from": 3, "to": 0})"}) {
    INFO(levels);
    CHECK_THAT(error_of(R"({"over": "/a", "until": "test_loss > 2", "levels": )" + levels + "}", "null"),
               Catch::Contains("/search/breakdown/levels: want a list of two values"));
  }
  CHECK(error_of(R"({"over": "/a", "until": "test_loss > 2", "levels": {"from": -4, "to": 9000, "step": 5}})",
                 "null")
            .empty());
  for (const std::string& until : {std::string("test_loss > 1e999"), std::string(1'000'000, 'a')})
    CHECK_THAT(error_of(R"({"over": "/a", "levels": [0, 1], "until": ")" + until + R"("})", "null"),
               Catch::Contains("/search/breakdown/until:"));
  CHECK_THAT(error_of(good, R"({"grid": {"/workers/byzantine": [1]}, "seeds": 2})"),
             Catch::Contains("/sweep/grid/~1workers~1byzantine: the search varies this one") &&
                 Catch::Contains("/sweep/seeds: the search varies seeds"));
}

TEST_CASE("what is no number is broken, whichever way the bound lies", "[search]") {
  BreakdownSearch search{.bound = 0.5, .relative = true};
  CHECK(search.breaks(0.39, 0.8));
  CHECK_FALSE(search.breaks(0.4, 0.8));
  CHECK(search.breaks(std::nan(""), 0.8));
  search.below = false;
  CHECK(search.breaks(0.5, 0.8));
  CHECK_FALSE(search.breaks(0.3, 0.8));
  CHECK(search.breaks(std::nan(""), 0.8));
}

TEST_CASE("as workers are added a search holds what they have one by one or together", "[search]") {
  const auto runs = [](const std::string& hold,
                       const std::string& workers = R"("count": 12, "byzantine": 0.25)",
                       const std::string& sweep = "{}") {
    return expand(Json::parse(R"({"format": 1, "name": "ok", "rounds": 10, "aggregator": "mean",
      "task": {"dataset": "quadratic"}, "adversary": "sign_flip", "workers": {)" +
                              workers + R"(, "batch": {"size": 10}, "partition": "iid"},
      "search": {"breakdown": {"over": "/workers/count", "levels": [4, 7, 12], "until": "final_loss > 1",
      "seeds": 1, "hold": )" + hold +
                              R"(}}, "sweep": )" + sweep + "}"),
                  "x.json", {})
        .runs;
  };
  const auto batches = [](const std::vector<RunConfig>& all) {
    std::vector<int64_t> sizes;
    for (const RunConfig& run : all) sizes.push_back(run.batch);
    return sizes;
  };
  CHECK(batches(runs(R"("total_batch")")) == std::vector<int64_t>{30, 17, 10});
  CHECK(batches(runs(R"("data_set")")) == std::vector<int64_t>{10, 10, 10});
  const auto both = runs(R"(["shard_size", "total_batch"])");
  CHECK(batches(both) == std::vector<int64_t>{30, 17, 10});
  for (const RunConfig& run : both) CHECK(run.shards == 12);
  CHECK_FALSE(runs(R"("data_set")").front().shards);
  CHECK_FALSE(runs(R"("data_set")").front().resolved.at("workers").at("partition").contains("shards"));

  const auto swept = runs(R"(["shard_size", "total_batch"])", R"("count": 12, "byzantine": 0)",
                          R"({"grid": {"/workers/batch/size": [5],
                              "/workers/partition": ["by_label", {"name": "iid", "shards": 14}]}})");
  CHECK(batches(swept) == std::vector<int64_t>{15, 9, 5, 15, 9, 5});
  CHECK(swept.front().shards == 12);
  const auto none =
      runs(R"("shard_size")", R"("count": 12, "byzantine": 0.25)",
           R"({"grid": {"/workers/partition": [{"name": "iid", "byzantine_data": "honest_union"}]}})");
  CHECK(none.front().shards == 9);  // as the nine honest ones of the config itself
  CHECK(swept.back().shards == 14);

  CHECK_THROWS_WITH(
      runs(R"("batch")"),
      ContainsSubstring("/search/breakdown/hold: \"batch\" is no such word; there is shard_size"));
  CHECK_THROWS_WITH(runs("3"), ContainsSubstring("3 is no such word"));
  CHECK_THROWS_WITH(runs(R"(["shard_size", "data_set"])"), ContainsSubstring("either what each holds stays"));
  CHECK_THROWS_WITH(runs(R"("shard_size")", R"("byzantine": 1)"),
                    ContainsSubstring("/workers does not say how many there are beside the sweep"));
}

TEST_CASE("a batch of all workers together is a batch of each", "[config]") {
  const auto resolved = [](const std::string& batch) {
    return expand(Json::parse(R"({"format": 1, "name": "ok", "rounds": 10, "aggregator": "mean",
      "task": {"dataset": "quadratic"}, "workers": {"count": 9, "byzantine": 0, "batch": )" +
                              batch + "}}"),
                  "x.json", {})
        .runs.front()
        .resolved;
  };
  CHECK(resolved(R"({"total": 90})") == resolved(R"({"size": 10})"));
  CHECK(resolved(R"({"total": 90})").at("workers").at("batch") == Json{{"size", 10}});
  CHECK(resolved("{}").at("workers").at("batch") == Json{{"size", 32}});
  CHECK_THROWS_WITH(resolved(R"({"total": 90, "size": 10})"),
                    ContainsSubstring("give size or total, not both"));
  CHECK_THROWS_WITH(
      resolved(R"({"total": 900000000})"),
      ContainsSubstring("/workers/batch/total: that is 100000000 for each worker; 1000000 at most"));
  CHECK_THROWS_WITH(resolved(R"({"total": 8})"), ContainsSubstring("8 samples are fewer than the 9 workers"));
}

}  // namespace varangian
