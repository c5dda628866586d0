#include "experiments/identity.h"

#include "support/catch.h"
#include "support/runs.h"
#include "support/scratch_folder.h"

#include <fstream>

namespace varangian {
namespace {

std::string id_of(const std::string& fields) {
  return identify(config_of(R"({"format": 1, "name": "ok", "task": {"dataset": "quadratic"},
      "workers": {"count": 9, "byzantine": 0}, "aggregator": "mean", )" +
                            fields + "}"),
                  at::kCPU)
      .id;
}

}  // namespace

TEST_CASE("what cannot change a curve is no part of a run's identity", "[identity]") {
  const std::string id = id_of(R"("rounds": 10)");
  CHECK(id.size() == 12);
  CHECK(id_of(R"("rounds": 10, "output": "elsewhere")") == id);
  CHECK(id_of(R"("rounds": 10, "execution": {"threads": 7, "pin": false, "time_limit": 9})") == id);
  CHECK(id_of(R"("rounds": 10, "checkpoint": {"seconds": 1})") == id);
  CHECK(id_of(R"("rounds": 10, "diagnostics": ["cosine_to_honest"])") == id);
  CHECK(id_of(R"("rounds": 20)") == id);  // goes on from the end
}

TEST_CASE("what can change a curve is part of a run's identity", "[identity]") {
  const std::string id = id_of(R"("rounds": 10)");
  CHECK(id_of(R"("rounds": 10, "seed": 1)") != id);
  CHECK(id_of(R"("rounds": 10, "optimizer": {"name": "sgd", "lr": 0.2})") != id);
  const std::string down = R"("compressor": {"down": {"name": "top_k", "error_feedback": )";
  CHECK(id_of(R"("compressor": {"down": "top_k"}, "rounds": 10)") != id);
  CHECK(id_of(down + R"(null}}, "rounds": 10)") != id_of(down + R"({}}}, "rounds": 10)"));
  const std::string cosine = R"("schedule": "cosine", )";
  CHECK(id_of(cosine + R"("rounds": 10)") != id_of(cosine + R"("rounds": 20)"));
}

TEST_CASE("the revisions of both codecs are part of a run's identity", "[identity]") {
  const RunConfig run =
      config_of(R"({"format": 1, "name": "ok", "task": {"dataset": "quadratic"}, "rounds": 1,
      "workers": {"count": 9, "byzantine": 0}, "aggregator": "mean",
      "compressor": {"up": "natural", "down": "top_k"}})");
  const Json code = identify(run, at::kCPU).content.at("code");
  CHECK(code.contains("compressor natural"));
  CHECK(code.contains("compressor top_k"));
}

TEST_CASE("a file counts by its content, not by its path", "[identity]") {
  const ScratchFolder a, b;
  const auto id = [](const ScratchFolder& folder, int64_t samples) {
    const std::string dataset = write_images(folder.string(), samples);
    return identify(
               config_of(
                   R"({"format": 1, "name": "ok", "rounds": 1, "task": {"dataset": )" + dataset +
                   R"(, "model": "mlp"}, "workers": {"count": 9, "byzantine": 0}, "aggregator": "mean"})"),
               at::kCPU)
        .id;
  };
  const std::string first = id(a, 50);
  CHECK(id(b, 50) == first);
  CHECK(id(b, 60) != first);
}

TEST_CASE("a verdict says why a run would start", "[identity]") {
  const RunConfig run =
      config_of(R"({"format": 1, "name": "ok", "rounds": 10, "task": {"dataset": "quadratic"},
      "workers": {"count": 9, "byzantine": 0}, "aggregator": "mean"})");
  const auto verdict = [&](const std::string& manifest) { return judge(run, Json::parse(manifest)); };
  CHECK(verdict("null").reason == "new");
  CHECK_FALSE(verdict(R"({"status": "completed", "rounds_done": 10})").starts);
  CHECK_FALSE(verdict(R"({"status": "diverged", "rounds_done": 3})").starts);
  CHECK(verdict(R"({"status": "diverged", "rounds_done": 30})").diverged);
  CHECK_FALSE(verdict(R"({"status": "interrupted", "rounds_done": 50})").starts);
  CHECK(verdict(R"({"status": "completed", "rounds_done": 50})").reason ==
        "done: holds 50 rounds, more than the 10 asked for");
  CHECK(verdict(R"({"status": "completed", "rounds_done": 5})").reason == "prolonged from 5 to 10 rounds");
  CHECK(verdict(R"({"status": "failed", "reason": "disk full"})").reason == "failed before: disk full");
  CHECK(verdict(R"({"status": "interrupted", "rounds_done": 5})").starts);
  CHECK(verdict(R"({"status": "running"})").reason.find("killed") != std::string::npos);
}

}  // namespace varangian
