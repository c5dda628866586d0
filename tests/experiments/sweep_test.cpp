#include "experiments/sweep.h"

#include "experiments/config_file.h"
#include "support/catch.h"
#include "support/scratch_folder.h"
#include "varangian/error.h"

#include <fstream>

namespace varangian {
namespace {

Runs expand_with(const std::string& sweep, const std::vector<std::string>& settings = {}) {
  const ScratchFolder folder;
  std::ofstream(folder / "x.json")
      << R"({"format": 1, "name": "ok", "rounds": 10, "task": {"dataset": "quadratic"},
      "workers": {"count": 9, "byzantine": 0}, "aggregator": "mean", "adversary": "sign_flip", "sweep": )"
      << sweep << "}";
  std::vector<std::pair<std::string, Json>> pairs;
  for (const std::string& setting : settings) pairs.push_back(parse_setting(setting));
  return expand(folder / "x.json", pairs);
}

}  // namespace

TEST_CASE("a sweep is the product of its axes, the last varying fastest", "[sweep]") {
  const Runs runs = expand_with(R"({"grid": {"/workers/byzantine": [1, 2]},
      "cases": {"rule": {"mean": {}, "vote": {"/compressor": "sign", "/aggregator": "majority_vote"}}}, "seeds": 2})");
  REQUIRE(runs.runs.size() == 8);
  CHECK(runs.is_sweep);
  CHECK(runs.runs[0].swept == Json::parse(R"({"/workers/byzantine": 1, "rule": "mean", "seed": 0})"));
  CHECK(runs.runs[1].swept == Json::parse(R"({"/workers/byzantine": 1, "rule": "mean", "seed": 1})"));
  CHECK(runs.runs[2].swept.at("rule") == "vote");
  CHECK(runs.runs[2].aggregator.name == "majority_vote");
  CHECK(runs.runs[7].byzantine == 2);
  CHECK(runs.runs[7].batch_seed == 1);
  CHECK(runs.runs[7].init_seed == 1);
}

TEST_CASE("zipped pointers move together", "[sweep]") {
  const Runs runs = expand_with(R"({"zip": {"/workers/count": [5, 7], "/workers/byzantine": [1, 2]}})");
  REQUIRE(runs.runs.size() == 2);
  CHECK(runs.runs[1].count == 7);
  CHECK(runs.runs[1].byzantine == 2);
  CHECK_THROWS_WITH(expand_with(R"({"zip": {"/workers/count": [5, 7], "/workers/byzantine": [1]}})"),
                    ContainsSubstring("not a list as long as the others"));
}

TEST_CASE("a list of blocks is their union", "[sweep]") {
  CHECK(
      expand_with(R"([{"grid": {"/workers/byzantine": [1, 2]}}, {"grid": {"/rounds": [20]}}])").runs.size() ==
      3);
}

TEST_CASE("a pointer that names nothing and a block's mistakes are errors", "[sweep]") {
  CHECK_THROWS_WITH(expand_with(R"({"grid": {"/workers/byzantin": [1]}})"),
                    ContainsSubstring("/workers/byzantin: unknown key; did you mean \"byzantine\"?") &&
                        ContainsSubstring("in the run with /workers/byzantin = 1"));
  CHECK_THROWS_WITH(expand_with(R"({"grid": {"workers": [1]}})"), ContainsSubstring("is not a JSON pointer"));
  CHECK_THROWS_WITH(expand_with(R"({"gird": {}})"),
                    ContainsSubstring("/sweep/gird: unknown key; did you mean \"grid\"?"));
  CHECK_THROWS_WITH(expand_with(R"({"grid": {"/rounds": []}})"),
                    ContainsSubstring("is not a list of values"));
  CHECK_THROWS_WITH(expand_with(R"({"seeds": 0})"), ContainsSubstring("is not a whole number from 1"));
}

TEST_CASE("two runs that would be the same are an error", "[sweep]") {
  CHECK_THROWS_WITH(expand_with(R"({"grid": {"/workers/byzantine": [1, 1]}})"),
                    ContainsSubstring("are the same; drop one"));
}

TEST_CASE("a combination that does not fit is an error, or is skipped with its reason", "[sweep]") {
  const std::string cases = R"("cases": {"rule": {"mean": {}, "vote": {"/aggregator": "majority_vote"}}})";
  CHECK_THROWS_WITH(expand_with("{" + cases + "}"), ContainsSubstring("takes signs messages"));
  const Runs runs = expand_with("{" + cases + R"(, "inapplicable": "skip"})");
  CHECK(runs.runs.size() == 1);
  REQUIRE(runs.skipped.size() == 1);
  CHECK(runs.skipped[0].swept.at("rule") == "vote");
  CHECK(runs.skipped[0].reason.find("takes signs messages") != std::string::npos);
}

TEST_CASE("a seed that is out of range is an error, however far seeds shift it", "[sweep]") {
  for (const std::string seed : {"9007199254740993", "9223372036854775807", "18446744073709551615", "-1"})
    CHECK_THROWS_WITH(expand_with(R"({"seeds": 3})", {"/seed=" + seed}),
                      ContainsSubstring("/seed/data: " + seed + " is out of range"));
  CHECK_THROWS_WITH(expand_with(R"({"seeds": 2})", {"/seed=9007199254740992"}),
                    ContainsSubstring("9007199254740993 is out of range"));
}

TEST_CASE("a list of blocks may not name more runs than one block", "[sweep]") {
  CHECK_THROWS_WITH(expand_with(R"([{"seeds": 99999}, {"seeds": 2}])"),
                    ContainsSubstring("/sweep: more than 100000 runs"));
}

TEST_CASE("a pointer that leads too deep is an error", "[sweep]") {
  std::string pointer;
  for (int i = 0; i < 100000; ++i) pointer += "/a";
  CHECK_THROWS_WITH(expand_with(R"({"grid": {")" + pointer + R"(": [1]}})"),
                    ContainsSubstring("leads deeper than 64"));
}

TEST_CASE("--set changes the file before the sweep does", "[sweep]") {
  const Runs runs = expand_with(R"({"grid": {"/workers/byzantine": [1, 2]}})",
                                {"/rounds=77", "/name=other", "/workers/count=5"});
  CHECK(runs.runs[0].rounds == 77);
  CHECK(runs.runs[0].name == "other");
  CHECK(runs.runs[1].count == 5);
  CHECK_THROWS_WITH(expand_with("{}", {"/rouns=7"}),
                    ContainsSubstring("/rouns: unknown key; did you mean \"rounds\"?"));
  CHECK_THROWS_WITH(parse_setting("rounds 7"), ContainsSubstring("write it like"));
}

}  // namespace varangian
