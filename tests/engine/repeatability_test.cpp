#include "support/catch.h"
#include "support/runs.h"
#include "support/scratch_folder.h"

#include <thread>

// The promise of the whole program: same seed, same bytes. Built before any component; meson runs this file a
// second time with the instruction set forced down (tests/meson.build), for some differences show on one of
// them alone.
namespace varangian {
namespace {

std::string config(const std::string& dataset, const std::string& model, int batch, const std::string& rest) {
  return fmt::format(R"({{"format": 1, "name": "repeat", "rounds": 6, "task": {{"dataset": {}, "model": {}}},
      "workers": {{"honest": 5, "byzantine": 2, "batch": {{"size": {}}}, "momentum": {{"beta": 0.9}}}},
      "adversary": {{"name": "random_sign", "factor": 3}}, "evaluate": {{"every": 3}}, {}}})",
                     dataset, model, batch, rest);
}

const std::string kMedian = R"("aggregator": "median", "optimizer": {"name": "adam", "lr": 0.01})";
const std::string kVote = R"("aggregator": "majority_vote", "compressor": {"name": "sign", "zero": "random"},
                             "optimizer": {"name": "sgd", "lr": 0.01, "momentum": 0.5})";

}  // namespace

TEST_CASE("a run's record is the same bytes for 1, 2, 3 and 8 threads, batch 7 and 32", "[repeatability]") {
  const ScratchFolder data;
  const std::string images = write_images(data.string(), 700);
  for (const std::string model : {R"("logistic")", R"({"name": "mlp", "hidden": [33]})",
                                  R"({"name": "cnn", "channels": [4, 6], "hidden": 20})"})
    for (const int batch : {7, 32})
      for (const std::string& rule : {kMedian, kVote}) {
        INFO(model << ", batch " << batch << ", " << rule);
        const RunConfig run = config_of(config(images, model, batch, rule));
        const ScratchFolder one;
        const RunResult expected = run_in(one.string(), run, 1);
        REQUIRE(expected.manifest.at("status") == "completed");
        for (const int threads : {2, 3, 8}) {
          const ScratchFolder many;
          const RunResult result = run_in(many.string(), run, threads);
          CHECK(result.metrics == expected.metrics);
          CHECK(result.weights == expected.weights);
        }
      }
}

TEST_CASE("a run in a fresh thread gives the bytes of one in the main thread", "[repeatability]") {
  const ScratchFolder data, main_folder, thread_folder;
  const RunConfig run = config_of(config(write_images(data.string(), 300), R"("mlp")", 7, kMedian));
  const RunResult expected = run_in(main_folder.string(), run, 1);
  RunResult result;
  std::thread([&] { result = run_in(thread_folder.string(), run, 2); }).join();
  CHECK(result.metrics == expected.metrics);
  CHECK(result.weights == expected.weights);
}

TEST_CASE("an interrupted run, resumed, gives the bytes of an undisturbed one", "[repeatability]") {
  const ScratchFolder data, whole_folder;
  const RunConfig run = config_of(config(write_images(data.string(), 300), R"("mlp")", 7,
                                         kVote + R"(, "diagnostics": ["cosine_to_honest", "vote_margin"])"));
  const RunResult whole = run_in(whole_folder.string(), run, 2);
  for (const int64_t stop : {1, 3, 5}) {
    const ScratchFolder folder;
    const RunResult half = run_in(folder.string(), run, 2, stop);
    CHECK(half.manifest.at("status") == "interrupted");
    CHECK(half.manifest.at("rounds_done") == stop);
    const RunResult result = run_in(folder.string(), run, 3);
    CHECK(result.manifest.at("sessions").size() == 2);
    CHECK(result.metrics == whole.metrics);
    CHECK(result.diagnostics == whole.diagnostics);
    CHECK(result.workers == whole.workers);
    CHECK(result.weights == whole.weights);
  }
}

TEST_CASE("what a rule remembers survives an interruption, on any number of threads", "[repeatability]") {
  for (const std::string& rule :
       {std::string(
            R"("aggregator": "foolsgold", "pre_aggregators": [{"name": "bucketing", "size": 2}, "nnm"])"),
        std::string(R"("aggregator": {"name": "fldetector", "window": 2})"),
        std::string(R"("aggregator": {"name": "byzantine_sgd", "along": 100, "sum": 50, "message": 20})"),
        std::string(R"("aggregator": {"name": "safeguard", "short": 2, "long": 4, "short_threshold": 5,
                       "long_threshold": 5, "noise": 0.1})"),
        std::string(R"("aggregator": "clipped_clustering")"),
        std::string(R"("aggregator": "centred_clipping", "pre_aggregators": ["arc"])"),
        std::string(R"("compressor": "sign", "aggregator": {"name": "federated_defense", "start": 3})")}) {
    INFO(rule);
    const RunConfig run =
        config_of(R"({"format": 1, "name": "memory", "rounds": 6, "task": {"dataset": "quadratic"},
        "workers": {"count": 11, "byzantine": 2}, "adversary": "sign_flip", )" +
                  rule + "}");
    const ScratchFolder whole_folder, folder;
    const RunResult whole = run_in(whole_folder.string(), run, 1);
    REQUIRE(whole.manifest.at("status") == "completed");
    CHECK(run_in(folder.string(), run, 2, 3).manifest.at("status") == "interrupted");
    const RunResult result = run_in(folder.string(), run, 3);
    CHECK(result.metrics == whole.metrics);
    CHECK(result.weights == whole.weights);
  }
}

TEST_CASE("every codec gives the same bytes on any number of threads, interrupted or not",
          "[repeatability]") {
  const ScratchFolder data;
  const std::string images = write_images(data.string(), 300);
  for (const std::string codec : {R"("name": "scaled_sign", "scope": "layer")", R"("name": "qsgd")",
                                  R"("name": "terngrad", "clip": 2.5)", R"("name": "top_k", "fraction": 0.1)",
                                  R"("name": "random_k", "fraction": 0.1, "scaled": false)",
                                  R"("name": "natural")", R"("name": "sto_sign")"}) {
    INFO(codec);
    const bool signs = codec.find("sto_sign") != std::string::npos;
    const std::string one =
        fmt::format(R"({{{}, "error_feedback": {{"units": "step", "decay": 0.9}}}})", codec);
    const RunConfig run = config_of(config(
        images, R"({"name": "mlp", "hidden": [33]})", 7,
        fmt::format(R"("compressor": {{"up": {}, "down": {}}}, "aggregator": "{}", "schedule": "cosine",
                              "optimizer": {{"name": "sgd", "lr": 0.01}})",
                    one, one, signs ? "majority_vote" : "median")));
    const ScratchFolder whole_folder, folder;
    const RunResult whole = run_in(whole_folder.string(), run, 1);
    REQUIRE(whole.manifest.at("status") == "completed");
    CHECK(run_in(folder.string(), run, 2, 3).manifest.at("status") == "interrupted");
    const RunResult result = run_in(folder.string(), run, 8);
    CHECK(result.metrics == whole.metrics);
    CHECK(result.weights == whole.weights);
  }
}

TEST_CASE("each of the five seeds changes the run, and nothing else does", "[repeatability]") {
  const ScratchFolder data;
  const std::string images = write_images(data.string(), 300);
  const std::string text = config(images, R"("mlp")", 7, kVote);
  const auto weights = [&](const std::string& seed) {
    const ScratchFolder folder;
    return run_in(folder.string(), config_of(text.substr(0, text.size() - 1) + ", \"seed\": {" + seed + "}}"),
                  1)
        .weights;
  };
  const std::string expected = weights("");
  CHECK(weights("") == expected);
  for (const std::string stream : {"data", "init", "batches", "adversary"})
    CHECK(weights("\"" + stream + "\": 5") != expected);
}

}  // namespace varangian
