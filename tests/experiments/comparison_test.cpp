#include "experiments/comparison/comparison.h"

#include "support/catch.h"
#include "varangian/error.h"

#include <cmath>
#include <functional>

namespace varangian {
namespace {

RunSummary run_at(const std::string& swept, const std::string& config = "{}") {
  return {.name = "x", .status = "completed", .swept = Json::parse(swept), .config = Json::parse(config)};
}

// Three rules, two attacks, `seeds` seeds; value(rule, attack, seed).
struct Forged {
  Forged(int seeds, const std::function<double(int, int, int)>& value) : axes(runs(seeds)) {
    size_t next = 0;
    for (int seed = 0; seed < seeds; ++seed)
      for (int attack = 0; attack < 2; ++attack)
        for (int rule = 0; rule < 3; ++rule)
          all.runs.push_back({&axes.runs()[next++], value(rule, attack, seed)});
    all.measure.higher = true;
  }

  static std::vector<RunSummary> runs(int seeds) {
    std::vector<RunSummary> found;
    for (int seed = 0; seed < seeds; ++seed)
      for (const char* attack : {"alie", "flip"})
        for (const char* rule : {"a", "b", "c"})
          found.push_back(
              run_at(fmt::format(R"({{"rule": "{}", "attack": "{}", "seed": {}}})", rule, attack, seed)));
    return found;
  }

  Blocks blocks(Replicates replicates = Replicates::seeds) const {
    return make_blocks(axes, all, "rule", "attack", replicates);
  }

  Axes axes;
  Measurements all;
};

double plain(int rule, int attack, int seed) { return 0.9 - 0.1 * rule - 0.2 * attack * rule + 0.01 * seed; }

const char* kRule = R"({"adversaries": [], "aggregator": {"name": "NAME"}, "optimizer": {"lr": LR}})";

std::string config_with(std::string name, std::string lr) {
  std::string text = kRule;
  text.replace(text.find("NAME"), 4, name);
  return text.replace(text.find("LR"), 2, lr);
}

}  // namespace

TEST_CASE("an axis is found by name, by the end of its pointer, or by what it changes", "[compare]") {
  const Axes axes({run_at(R"({"rule": "M", "/workers/byzantine": 1})", config_with("mean", "1")),
                   run_at(R"({"rule": "V", "/workers/byzantine": 1})", config_with("vote", "1")),
                   run_at(R"({"rule": "V", "/workers/byzantine": 2})", config_with("vote", "1"))});
  CHECK(axes.find("rule", "--by") == "rule");
  CHECK(axes.find("byzantine", "--by") == "/workers/byzantine");
  CHECK(axes.find("workers/byzantine", "--by") == "/workers/byzantine");
  CHECK(axes.find("aggregator", "--by") == "rule");
  CHECK_THROWS_WITH(axes.find("ruel", "--by"), "--by ruel: no such axis; did you mean \"rule\"?");
  CHECK_THROWS_WITH(axes.find("optimizer", "--by"), ContainsSubstring("no such axis; there is rule"));
}

TEST_CASE("an ambiguous axis is an error that names all", "[compare]") {
  const Axes axes({run_at(R"({"/a/lr": 1, "/b/lr": 2})"), run_at(R"({"/a/lr": 2, "/b/lr": 1})")});
  CHECK_THROWS_WITH(axes.find("lr", "--by"), ContainsSubstring("may be any of /a/lr, /b/lr"));
}

TEST_CASE("the attack axis is the one that changes adversaries, not the number of liars", "[compare]") {
  const auto run = [](const std::string& attack, int liars, const std::string& adversary) {
    return run_at(fmt::format(R"({{"attack": "{}", "/workers/byzantine": {}}})", attack, liars),
                  liars == 0 ? R"({"adversaries": []})"
                             : fmt::format(R"({{"adversaries": [{{"name": "{}", "workers": {}}}]}})",
                                           adversary, liars));
  };
  const Axes axes(
      {run("A", 0, "alie"), run("A", 2, "alie"), run("F", 1, "sign_flip"), run("F", 2, "sign_flip")});
  CHECK(axes.attack_axis() == "attack");
  CHECK(axes.find("adversary", "--by") == "attack");
  CHECK(Axes({run("A", 1, "alie"), run("A", 2, "alie")}).attack_axis().empty());
  CHECK(Axes({run_at(R"({"liars": "few"})", R"({"adversaries": [{"name": "alie", "workers": 1}]})"),
              run_at(R"({"liars": "many"})", R"({"adversaries": [{"name": "alie", "workers": 4}]})")})
            .attack_axis()
            .empty());
}

TEST_CASE("what follows from the compared axis is no part of a block, but a seed is", "[compare]") {
  const Axes axes({run_at(R"({"rule": "M", "/lr": 1, "/f": 1, "seed": 0})"),
                   run_at(R"({"rule": "V", "/lr": 2, "/f": 1, "seed": 1})"),
                   run_at(R"({"rule": "V", "/lr": 2, "/f": 2, "seed": 1})")});
  CHECK(axes.held("rule") == std::vector<std::string>{"/f", "seed"});
}

TEST_CASE("runs of several experiments are told apart", "[compare]") {
  RunSummary other = run_at(R"({"rule": "M"})");
  other.name = "y";
  CHECK(Axes({run_at(R"({"rule": "M"})"), other}).names() == std::vector<std::string>{"rule", "experiment"});
}

TEST_CASE("--only keeps the runs that have one of the values", "[compare]") {
  const Axes axes(Forged::runs(1));
  CHECK(axes.only("rule=a,c").runs().size() == 4);
  CHECK_THROWS_WITH(axes.only("rule=d"), ContainsSubstring("no run has the value \"d\" on rule"));
  CHECK_THROWS_WITH(axes.only("rule"), ContainsSubstring("write it like"));
}

TEST_CASE("labels of values read like words", "[compare]") {
  CHECK(value_label(Json::parse(R"({"name": "rescale", "factor": -10})")) == "rescale (factor -10)");
  CHECK(value_label(9.0) == "9");
  CHECK(value_label(Json()) == "not set");
  CHECK(value_label("a\x1b[31m\nb") == "a\\x1b[31m b");
  std::vector<std::string> labels = {"b", "10", "none", "9", "a", "9"};
  sort_labels(labels);
  CHECK(labels == std::vector<std::string>{"none", "9", "10", "a", "b"});
  CHECK(axis_label("/adversaries/0/factor") == "factor");
  CHECK(axis_label("/adversaries/0/name") == "adversaries/0");
}

TEST_CASE("the table has means, deviations over seeds, the worst attack and ranks", "[compare]") {
  const Comparison comparison = compare_levels(Forged(3, plain).blocks(), true, "");
  REQUIRE(comparison.levels.size() == 3);
  const LevelResult& second = comparison.levels[1];
  CHECK(second.level == 1);
  CHECK(second.mean == Approx(0.9 - 0.1 - 0.1 + 0.01));
  CHECK(second.deviation == Approx(0.01));
  CHECK(second.worst == Approx(0.9 - 0.1 - 0.2 + 0.01));
  CHECK(second.worst_attack == "flip");
  CHECK(second.mean_rank == 2);
  CHECK(comparison.reference == 0);
  REQUIRE(comparison.pairs.size() == 3);
  CHECK(comparison.to_reference(1)->difference == Approx(-0.2));
  CHECK(comparison.to_reference(1)->interval.low == Approx(-0.2));
  CHECK(comparison.to_reference(0) == nullptr);
}

TEST_CASE("six blocks of three seeds give the p of three, unless blocks are what is repeated", "[compare]") {
  const Forged forged(3, plain);
  const Comparison seeds = compare_levels(forged.blocks(), true, "");
  CHECK(seeds.pairs[0].test.p == Approx(0.25));
  CHECK(seeds.smallest_adjusted_p == Approx(0.75));
  CHECK(seeds.pairs[0].adjusted_p == Approx(0.75));
  CHECK(seeds.friedman.p == Approx(1.0 / 36));
  const Comparison blocks = compare_levels(forged.blocks(Replicates::blocks), true, "");
  CHECK(blocks.pairs[0].test.p == Approx(1.0 / 32));
}

TEST_CASE("with a baseline only pairs with it are tested", "[compare]") {
  const Comparison comparison = compare_levels(Forged(3, plain).blocks(), true, "b");
  REQUIRE(comparison.pairs.size() == 2);
  CHECK(comparison.smallest_adjusted_p == Approx(0.5));
  CHECK(comparison.to_reference(0)->difference == Approx(0.2));
  CHECK(comparison.to_reference(0)->better == 6);
  CHECK_THROWS_WITH(compare_levels(Forged(3, plain).blocks(), true, "bb"),
                    "--baseline: rule has no value \"bb\"; did you mean \"b\"?");
}

TEST_CASE("what never reaches its target ranks last, and the mean is over the rest", "[compare]") {
  Forged forged(3, [](int rule, int attack, int seed) {
    return rule == 0 && attack == 1 ? INFINITY : 10.0 + rule + seed;
  });
  forged.all.measure.higher = false;
  const Comparison comparison = compare_levels(forged.blocks(), false, "");
  for (const LevelResult& level : comparison.levels) {
    if (level.level != 0) continue;
    CHECK(level.finite == 3);
    CHECK(level.mean == Approx(11));
    CHECK(std::isinf(level.worst));
    CHECK(level.worst_attack == "flip");
    CHECK(level.mean_rank == 2);  // first under one attack, last under the other
  }
  CHECK(comparison.levels[0].level == 1);
  CHECK(comparison.to_reference(0)->better == 3);
  CHECK(comparison.to_reference(0)->difference == Approx(-1));
}

TEST_CASE("nothing finite anywhere still makes a table", "[compare]") {
  const Comparison comparison =
      compare_levels(Forged(2, [](int, int, int) { return -INFINITY; }).blocks(), true, "");
  CHECK(std::isnan(comparison.levels[0].mean));
  CHECK(std::isnan(comparison.pairs[0].difference));
  CHECK(comparison.pairs[0].test.p == 1);
}

TEST_CASE("incomplete blocks are left out and counted", "[compare]") {
  Forged forged(3, plain);
  forged.all.runs[1].value.reset();
  const Blocks blocks = forged.blocks();
  CHECK(blocks.complete.size() == 5);
  CHECK(blocks.incomplete == 1);
  CHECK(blocks.lacking.at("b") == 1);
  for (Measured& run : forged.all.runs)
    if (run.run->swept.at("rule") == "c") run.value.reset();
  CHECK_THROWS_WITH(forged.blocks(),
                    ContainsSubstring("missing: b in 1, c in 6") && ContainsSubstring("--only rule="));
}

TEST_CASE("one value of an axis is nothing to compare", "[compare]") {
  const Forged forged(2, plain);
  Measurements all = forged.all;
  std::erase_if(all.runs, [](const Measured& run) { return run.run->swept.at("rule") != "a"; });
  CHECK_THROWS_WITH(make_blocks(forged.axes, all, "rule", "", Replicates::seeds),
                    ContainsSubstring("all runs have the same value, a"));
}

}  // namespace varangian
