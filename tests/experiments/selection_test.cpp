#include "experiments/selection_values.h"

#include "support/catch.h"
#include "varangian/error.h"

namespace varangian {
namespace {

RunSummary made_up(const Json& swept, double validation, double test,
                   const std::string& status = "completed") {
  RunSummary run{.status = status, .swept = swept};
  run.final = {{"validation_accuracy", validation}, {"test_accuracy", test}, {"train_loss", 1 - validation}};
  run.chance_accuracy = 0.1;
  return run;
}

Json at(double lr, const std::string& attack, int seed, const std::string& rule = "median") {
  return {{"rule", rule}, {"lr", lr}, {"attack", attack}, {"seed", seed}};
}

SweepSelection over_lr() { return {.over = {"lr"}, .worst_over = {"attack"}}; }

std::string mistakes(const Json& select, const std::vector<std::vector<std::string>>& axes) {
  Problems problems("x.json");
  parse_selection(select, "/sweep/select", axes, problems);
  std::string all;
  for (const std::string& line : problems.lines()) all += line + "\n";
  return all;
}

}  // namespace

TEST_CASE("what is best in the worst case is selected, by means over seeds", "[selection]") {
  const std::vector<RunSummary> runs = {
      made_up(at(0.1, "alie", 0), 0.5, 0.48),
      made_up(at(0.1, "alie", 1), 0.7, 0.66),  // mean 0.6, the worst of lr 0.1; in the test set it is not
      made_up(at(0.1, "flip", 0), 0.7, 0.56),
      made_up(at(0.1, "flip", 1), 0.7, 0.54),
      made_up(at(1.0, "alie", 0), 0.9, 0.9),
      made_up(at(1.0, "alie", 1), 0.9, 0.9),  // better on average
      made_up(at(1.0, "flip", 0), 0.5, 0.9),
      made_up(at(1.0, "flip", 1), 0.5, 0.9)};
  const Json answer = select_values(over_lr(), runs);
  REQUIRE(answer.at("groups").size() == 1);
  const Json& group = answer.at("groups")[0];
  CHECK(group.at("for") == Json{{"rule", "median"}});
  CHECK(group.at("selected") == Json{{"lr", 0.1}});
  CHECK(group.at("worst").at("at") == Json{{"attack", "alie"}});
  CHECK(group.at("worst").at("validation_accuracy").get<double>() == Approx(0.6));
  CHECK(group.at("worst_test").at("at") == Json{{"attack", "flip"}});
  CHECK(group.at("worst_test").at("test_accuracy").get<double>() == Approx(0.55));
  CHECK(group.at("incomplete").empty());
  CHECK(group.at("settings")[1].at("cells")[1].at("validation_accuracy").get<double>() == Approx(0.5));
}

TEST_CASE("each combination of the other axes is decided alone", "[selection]") {
  const std::vector<RunSummary> runs = {
      made_up(at(0.1, "alie", 0, "mean"), 0.4, 0.4), made_up(at(1.0, "alie", 0, "mean"), 0.3, 0.3),
      made_up(at(0.1, "alie", 0, "vote"), 0.4, 0.4), made_up(at(1.0, "alie", 0, "vote"), 0.5, 0.5)};
  const Json groups = select_values(over_lr(), runs).at("groups");
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].at("selected") == Json{{"lr", 0.1}});
  CHECK(groups[1].at("selected") == Json{{"lr", 1.0}});
}

TEST_CASE("a diverged run counts as chance, or as infinitely bad where there is no chance", "[selection]") {
  std::vector<RunSummary> runs = {made_up(at(0.1, "alie", 0), 0.3, 0.3),
                                  made_up(at(1.0, "alie", 0), 0.9, 0.9, "diverged")};
  CHECK(select_values(over_lr(), runs).at("groups")[0].at("selected") == Json{{"lr", 0.1}});
  runs[0].final["validation_accuracy"] = 0.05;  // worse than chance
  CHECK(select_values(over_lr(), runs).at("groups")[0].at("selected") == Json{{"lr", 1.0}});

  SweepSelection by_loss = over_lr();
  by_loss.metric = "train_loss";
  CHECK(select_values(by_loss, runs).at("groups")[0].at("selected") == Json{{"lr", 0.1}});
  runs[0].status = "diverged";
  const Json group = select_values(by_loss, runs).at("groups")[0];
  CHECK(group.at("selected").is_null());
  CHECK(group.at("incomplete").empty());
}

TEST_CASE("of losses the lowest is selected", "[selection]") {
  SweepSelection by_loss = over_lr();
  by_loss.metric = "train_loss";
  const std::vector<RunSummary> runs = {
      made_up(at(0.1, "alie", 0), 0.6, 0), made_up(at(0.1, "flip", 0), 0.9, 0),
      made_up(at(1.0, "alie", 0), 0.7, 0), made_up(at(1.0, "flip", 0), 0.7, 0)};
  const Json group = select_values(by_loss, runs).at("groups")[0];
  CHECK(group.at("selected") == Json{{"lr", 1.0}});
  CHECK(group.at("worst").at("train_loss").get<double>() == Approx(0.3));
}

TEST_CASE("a value whose runs have not all ended is not compared, and the cell is told", "[selection]") {
  std::vector<RunSummary> runs = {
      made_up(at(0.1, "alie", 0), 0.3, 0.3), made_up(at(0.1, "alie", 1), 0.3, 0.3),
      made_up(at(1.0, "alie", 0), 0.9, 0.9), made_up(at(1.0, "alie", 1), 0.9, 0.9, "failed")};
  runs[3].reason = "disk full";
  const Json group = select_values(over_lr(), runs).at("groups")[0];
  CHECK(group.at("selected") == Json{{"lr", 0.1}});
  REQUIRE(group.at("incomplete").size() == 1);
  CHECK(group.at("incomplete")[0].at("setting") == Json{{"lr", 1.0}});
  CHECK(group.at("incomplete")[0].at("at") == Json{{"attack", "alie"}, {"seed", 1}});
  CHECK(group.at("incomplete")[0].at("reason") == "failed: disk full");
}

TEST_CASE("a value that was spared an attack is not compared", "[selection]") {
  const std::vector<RunSummary> runs = {made_up(at(0.1, "alie", 0), 0.8, 0.8),
                                        made_up(at(0.1, "flip", 0), 0.2, 0.2),
                                        made_up(at(1.0, "alie", 0), 0.7, 0.7)};
  const Json group = select_values(over_lr(), runs).at("groups")[0];
  CHECK(group.at("selected") == Json{{"lr", 0.1}});
  CHECK(group.at("incomplete")[0].at("reason") == "not in the sweep, or skipped");
}

TEST_CASE("the mistakes of a selection are told with their place and the nearest name", "[selection]") {
  const std::vector<std::vector<std::string>> axes = {{"attack"}, {"/optimizer/lr", "/workers/clip"}};
  CHECK(mistakes({{"over", {"/optimizer/lr"}}, {"worst_over", {"attack"}}}, axes).empty());
  CHECK_THAT(mistakes({{"over", {"/optimizer/l"}}}, axes),
             ContainsSubstring("/sweep/select/over/0: \"/optimizer/l\" is no axis of this sweep block") &&
                 ContainsSubstring("did you mean \"/optimizer/lr\"?"));
  CHECK_THAT(mistakes({{"over", {"seed"}}}, axes), ContainsSubstring("over seeds the mean is taken"));
  CHECK_THAT(mistakes({{"over", {"/optimizer/lr"}}, {"worst_over", {"/workers/clip"}}}, axes),
             ContainsSubstring("/sweep/select/worst_over/0: \"/workers/clip\" cannot stand both"));
  CHECK_THAT(mistakes({{"over", Json::array()}}, axes), ContainsSubstring("[] is not a list of axes"));
  CHECK_THAT(mistakes({{"worst_over", {"attack"}}}, axes), ContainsSubstring("\"over\" is missing"));
  CHECK_THAT(mistakes({{"over", {"attack"}}, {"metrc", "x"}}, axes),
             ContainsSubstring("/sweep/select/metrc: unknown key; did you mean \"metric\"?"));
}

TEST_CASE("with one pointer of a zip all of it is selected", "[selection]") {
  Problems problems("x.json");
  const SweepSelection selection =
      parse_selection({{"over", {"/b"}}}, "/sweep/select", {{"/a", "/b"}, {"rule"}}, problems);
  CHECK(problems.empty());
  CHECK(selection.over == std::vector<std::string>{"/a", "/b"});
}

}  // namespace varangian
