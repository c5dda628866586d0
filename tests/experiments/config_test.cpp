#include "experiments/config.h"

#include "experiments/config_file.h"
#include "support/catch.h"
#include "support/runs.h"
#include "support/scratch_folder.h"

#include <fstream>

namespace varangian {
namespace {

const std::string kValid = R"({"format": 1, "name": "ok", "rounds": 10, "task": {"dataset": "quadratic"},
  "workers": {"count": 5, "byzantine": 0}, "aggregator": "mean"})";

// What is wrong with the valid config after these settings.
std::vector<std::string> problems_with(const std::vector<std::pair<std::string, std::string>>& settings) {
  Json config = parse_json(kValid, "x.json");
  for (const auto& [pointer, value] : settings) set_at(config, pointer, parse_json(value, "value"), "x.json");
  spell_out(config, "x.json");
  Problems problems("x.json");
  resolve_run(config, problems);
  return problems.lines();
}

using Settings = std::vector<std::pair<std::string, std::string>>;

}  // namespace

TEST_CASE("a resolved config has every default, and resolving it again changes nothing", "[config]") {
  const RunConfig run = config_of(kValid);
  CHECK(run.resolved.at("workers").at("honest") == 5);
  CHECK(run.resolved.at("optimizer").at("lr") == 0.1);
  CHECK(run.resolved.at("compressor").at("up").at("name") == "none");
  CHECK(run.resolved.at("seed").at("data") == 0);
  CHECK(run.resolved.at("evaluate").at("on") == Json::array({"test"}));
  CHECK(config_of(run.resolved.dump()).resolved == run.resolved);
}

TEST_CASE("each mistake is answered with its place, the value and what would be right", "[config]") {
  struct Case {
    Settings settings;
    std::string message;
  };
  const std::vector<Case> cases = {
      {{{"/aggregatr", "1"}}, "x.json: /aggregatr: unknown key; did you mean \"aggregator\"?"},
      {{{"/aggregator", "\"medain\""}},
       "x.json: /aggregator/name: unknown aggregator \"medain\"; did you mean \"median\"?"},
      {{{"/aggregator", "{\"name\": \"mean\", \"tie\": 1}"}}, "x.json: /aggregator/tie: unknown key"},
      {{{"/rounds", "\"ten\""}}, "x.json: /rounds: \"ten\" is not a whole number"},
      {{{"/rounds", "1.5"}}, "x.json: /rounds: 1.5 is not a whole number"},
      {{{"/rounds", "0"}}, "x.json: /rounds: 0 is out of range; it must be at least 1"},
      {{{"/optimizer", "{\"name\": \"sgd\", \"lr\": -1}"}}, "x.json: /optimizer/lr: -1 is out of range"},
      {{{"/seed", "9007199254740993"}}, "out of range"},
      {{{"/workers/byzantine", "5"}},
       "x.json: /workers/byzantine: 5 of 5 workers cannot lie: at least one must be honest"},
      {{{"/workers/byzantine", "1.5"}}, "x.json: /workers/byzantine: 1.5 is neither a whole number"},
      {{{"/workers/honest", "3"}}, "x.json: /workers: give exactly two of count, honest and byzantine"},
      {{{"/workers/byzantine", "2"}}, "x.json: /adversaries: 2 workers lie but no adversary says how"},
      {{{"/workers/byzantine", "2"}, {"/adversary", "{\"name\": \"zero\", \"workers\": 3}"}},
       "adversaries for 3 workers"},
      {{{"/workers/byzantine", "2"}, {"/adversary", "{\"name\": \"zero\", \"rounds\": [5, 3]}"}},
       "/adversaries/0/rounds: [5,3] is not [first, last]"},
      {{{"/declared_f", "5"}}, "x.json: /declared_f: 5 is not below the 5 workers"},
      {{{"/aggregator", "\"majority_vote\""}}, "x.json: /aggregator: \"majority_vote\" takes signs messages"},
      {{{"/compressor", "\"sign\""}},
       "x.json: /aggregator: \"mean\" takes dense messages, but the compressor \"sign\" makes signs; take "
       "one "
       "that delivers numbers, as \"scaled_sign\""},
      {{{"/compressor", "{\"up\": {\"error_feedback\": {}}}"}},
       "x.json: /compressor/up/error_feedback: \"none\" loses nothing that could be fed back"},
      {{{"/compressor", "{\"down\": {\"name\": \"none\", \"error_feedback\": {}}}"}},
       "x.json: /compressor/down/error_feedback: \"none\" loses nothing that could be fed back"},
      {{{"/compressor", "{\"name\": \"top_k\", \"error_feedback\": {\"units\": \"steps\"}}"}},
       "x.json: /compressor/up/error_feedback/units: unknown choice \"steps\"; did you mean \"step\"?"},
      {{{"/compressor", "{\"name\": \"top_k\", \"error_feedback\": {\"decay\": 2}}"}},
       "x.json: /compressor/up/error_feedback/decay: 2 is out of range"},
      {{{"/compressor", "{\"name\": \"top_k\", \"error_feedback\": true}"}},
       "x.json: /compressor/up/error_feedback: true is not an object (or null); {} stands for its defaults"},
      {{{"/compressor", "{\"down\": \"topk\"}"}},
       "x.json: /compressor/down/name: unknown compressor \"topk\"; did you mean \"top_k\"?"},
      {{{"/task/dataset", "{\"name\": \"quadratic\", \"optima\": [1], \"spread\": 1}"}},
       "x.json: /task: dataset \"quadratic\": \"optima\" and \"spread\" both say"},
      {{{"/task/model", "\"mlp\""}}, "x.json: /task/model: the dataset \"quadratic\" is a formula"},
      {{{"/task/dataset", "{\"name\": \"fashion_mnist\"}"}}, "x.json: /task/model: missing"},
      {{{"/evaluate", "{\"on\": [\"validation\"]}"}}, "x.json: /evaluate/on: there is no validation split"},
      {{{"/name", "\"../evil\""}}, "x.json: /name: \"../evil\" names a folder"},
      {{{"/preset", "\"signumm\""}}, "x.json: /preset: unknown preset \"signumm\"; did you mean \"signum\"?"},
      {{{"/workers/which", "\"lst\""}},
       "x.json: /workers/which: unknown choice \"lst\"; did you mean \"last\"?"},
      {{{"/workers/byzantine", "2"},
        {"/adversary", "\"sign_flip\""},
        {"/workers/partition", "{\"name\": \"iid\", \"byzantine_data\": \"none\"}"}},
       "byzantine_data: liars without data cannot follow \"sign_flip\", which starts from their own "
       "messages"},
      {{{"/optimizer", "{\"name\": \"sgd\", \"nesterov\": true}"}},
       "x.json: /optimizer: optimizer \"sgd\": \"nesterov\" needs a momentum above 0"},
      {{{"/format", "2"}}, "x.json: /format: 2 is out of range"},
  };
  for (const Case& c : cases) {
    const std::vector<std::string> lines = problems_with(c.settings);
    INFO(c.message);
    REQUIRE_FALSE(lines.empty());
    bool found = false;
    for (const std::string& line : lines) found = found || line.find(c.message) != std::string::npos;
    if (!found) FAIL_CHECK(lines.front());
  }
}

TEST_CASE("a default component takes parameters without its name, and a whole number may be written 1e2",
          "[config]") {
  Json config = parse_json(kValid, "x.json");
  set_at(config, "/optimizer/lr", 0.5, "x.json");
  set_at(config, "/workers/partition/short_shard", "smaller_batch", "x.json");
  config["rounds"] = 1e2;
  const RunConfig run = config_of(config.dump());
  CHECK(run.optimizer.values.number("lr") == 0.5);
  CHECK(run.short_shard == "smaller_batch");
  CHECK(run.resolved.at("rounds").dump() == "100");
}

TEST_CASE("the short form of one adversary reaches into a list that is spelled out", "[config]") {
  Json config = parse_json(R"({"adversary": {"name": "rescale", "factor": -2}})", "x.json");
  spell_out(config, "x.json");
  set_at(config, "/adversary/factor", 5, "x.json");
  CHECK(config.at("adversaries") == parse_json(R"([{"name": "rescale", "factor": 5}])", "y"));
  set_at(config, "/adversary", "zero", "x.json");
  CHECK(config.at("adversaries") == Json::array({"zero"}));
}

TEST_CASE("all errors of a config are reported together", "[config]") {
  CHECK(problems_with(
            {{"/aggregator", "\"medain\""}, {"/rounds", "0"}, {"/wokers", "{}"}, {"/workers/which", "1"}})
            .size() == 4);
}

TEST_CASE("what a later version fills is part of the grammar and says so", "[config]") {
  for (const auto& [pointer, value] : Settings{{"/workers/participation", "0.5"},
                                               {"/workers/local", "{\"steps\": 2}"},
                                               {"/execution", "{\"capture\": true}"}}) {
    const std::vector<std::string> lines = problems_with({{pointer, value}});
    INFO(pointer);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].find("is not available yet") != std::string::npos);
  }
  CHECK(problems_with({{"/workers/participation", "1.0"},
                       {"/pre_aggregators", "[]"},
                       {"/workers/local", "{\"steps\": 1}"}})
            .empty());
}

TEST_CASE("short forms mean what they stand for", "[config]") {
  const RunConfig run =
      config_of(R"({"format": 1, "name": "ok", "rounds": 10, "task": {"dataset": "quadratic"}, "seed": 3,
      "workers": {"count": 10, "byzantine": 0.3}, "adversary": "sign_flip", "compressor": "sign", "aggregator": "majority_vote"})");
  CHECK(run.byzantine == 3);
  CHECK(run.adversaries.at(0).workers == 3);
  CHECK(run.compressor.name == "sign");
  CHECK(run.init_seed == 3);
  CHECK_THROWS_WITH(config_of(R"({"adversary": "zero", "adversaries": ["zero"]})"),
                    ContainsSubstring("not both"));
}

TEST_CASE("error feedback is off unless asked for, and an empty object is its defaults", "[config]") {
  const auto feedback = [](const std::string& compressor) {
    return config_of(kValid.substr(0, kValid.size() - 1) + R"(, "compressor": )" + compressor + "}").feedback;
  };
  CHECK_FALSE(feedback(R"("top_k")"));
  CHECK_FALSE(feedback(R"({"name": "top_k", "error_feedback": null})"));
  const std::optional<ErrorFeedback> plain = feedback(R"({"name": "top_k", "error_feedback": {}})");
  REQUIRE(plain);
  CHECK(plain->decay == 1);
  CHECK_FALSE(plain->in_steps);
  const std::optional<ErrorFeedback> given =
      feedback(R"({"up": {"name": "top_k", "error_feedback": {"decay": 0.5, "units": "step"}}})");
  REQUIRE(given);
  CHECK(given->decay == 0.5);
  CHECK(given->in_steps);
}

TEST_CASE("the preset signum is the paper's algorithm, and yields to what is said", "[config]") {
  const std::string base = R"({"format": 1, "name": "ok", "rounds": 10, "task": {"dataset": "quadratic"},
      "workers": {"count": 5, "byzantine": 0}, "preset": "signum")";
  const RunConfig run = config_of(base + "}");
  CHECK(run.beta == 0.9);
  CHECK(run.damped);
  CHECK(run.compressor.name == "sign");
  CHECK(run.aggregator.name == "majority_vote");
  CHECK(run.optimizer.values.number("lr") == 1e-4);
  CHECK(run.optimizer.values.text("decay") == "decoupled");
  CHECK(config_of(base + R"(, "optimizer": {"name": "sgd", "lr": 0.5}})").optimizer.values.number("lr") ==
        0.5);
}

TEST_CASE("a base file that cannot be reached is an error that names it", "[config]") {
  const ScratchFolder folder;
  std::filesystem::create_symlink("loop", folder / "loop");
  for (const std::string& base : {std::string("missing.json"), std::string("loop"), std::string(5000, 'a'),
                                  std::string("a\\u0000b"), std::string("/dev/zero"), std::string(".")}) {
    std::ofstream(folder / "x.json") << R"({"extends": ")" << base << "\"}";
    CHECK_THROWS_WITH(read_config(folder / "x.json"), ContainsSubstring("cannot be read"));
  }
}

TEST_CASE("a base file is changed by the one that extends it, components are replaced whole", "[config]") {
  const Json base = parse_json(
      R"({"name": "a", "aggregator": {"name": "majority_vote", "tie": "zero"}, "workers": {"count": 3}})",
      "b");
  const Json over =
      parse_json(R"({"name": "b", "aggregator": {"name": "mean"}, "workers": {"byzantine": 1}})", "o");
  CHECK(
      merged(base, over) ==
      parse_json(R"({"name": "b", "aggregator": {"name": "mean"}, "workers": {"count": 3, "byzantine": 1}})",
                 "m"));
}

}  // namespace varangian
