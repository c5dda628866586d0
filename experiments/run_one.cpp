#include "experiments/run_one.h"

#include "core/printable.h"
#include "engine/device.h"
#include "engine/heterogeneity.h"
#include "engine/stopwatch.h"
#include "experiments/failure.h"
#include "varangian/version.h"

#include <torch/headeronly/version.h>

#include <unistd.h>

#include <cmath>

namespace varangian {
namespace {

namespace fs = std::filesystem;

Json finite_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json names_of(const std::vector<Choice>& choices) {
  Json names = Json::array();
  for (const Choice& choice : choices) names.push_back(choice.name);
  return names;
}

const char* status_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::completed:
      return "completed";
    case Outcome::diverged:
      return "diverged";
    case Outcome::interrupted:
      return "interrupted";
    case Outcome::late:
      return "failed";
  }
  return "";
}

Json first_manifest(const RunConfig& run, const Identity& identity, at::Device device, int threads) {
  return {
      {"varangian", kVersion},
      {"run_id", identity.id},
      {"name", run.name},
      {"status", "running"},
      {"reason", nullptr},
      {"swept", run.swept},
      {"rounds", run.rounds},
      {"rounds_done", 0},
      {"device", device.is_cpu() ? "cpu" : "cuda"},
      {"cpu", cpu_capability()},
      {"gpu", device.is_cpu() ? Json(nullptr) : Json(gpu_name())},
      {"libtorch", fmt::format("{}.{}.{}", TORCH_VERSION_MAJOR, TORCH_VERSION_MINOR, TORCH_VERSION_PATCH)},
      {"threads", threads},
      {"repeatable", device.is_cpu() ? "yes: bit for bit on this kind of CPU, with any number of threads"
                                     : "yes: bit for bit with this program on this kind of GPU"},
      {"workers",
       {{"count", run.count}, {"honest", run.count - run.byzantine}, {"byzantine", run.byzantine}}},
      {"diagnostics", names_of(run.diagnostics)},
      {"final", nullptr},
      {"sessions", Json::array()},
      {"identity", identity.content}};
}

class Session {
 public:
  Session(const RunDirectory& directory, Json manifest)
      : directory_(directory), manifest_(std::move(manifest)) {
    manifest_["sessions"].push_back(
        {{"start", utc_now()}, {"stop", nullptr}, {"host", host()}, {"seconds", nullptr}});
    write();
  }

  Json& manifest() { return manifest_; }
  void write() const { directory_.write_json("manifest.json", manifest_); }

  void finish(const std::string& status, const std::string& reason) {
    Json& session = manifest_["sessions"].back();
    session["stop"] = utc_now();
    session["seconds"] = std::round(watch_.lap() * 1000) / 1000;
    manifest_["status"] = status;
    manifest_["reason"] = reason.empty() ? Json(nullptr) : Json(reason);
    write();
  }

 private:
  const RunDirectory& directory_;
  Json manifest_;
  Stopwatch watch_;
};

std::optional<std::chrono::steady_clock::time_point> deadline_of(
    const RunConfig& run, std::chrono::steady_clock::time_point began) {
  if (!run.time_limit) return std::nullopt;
  return began + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                     std::chrono::duration<double>(*run.time_limit));
}

bool lacks_a_diagnostic(const RunConfig& run, const Json& manifest) {
  const Json known = manifest.value("diagnostics", Json::array());
  for (const Choice& diagnostic : run.diagnostics)
    if (std::find(known.begin(), known.end(), Json(diagnostic.name)) == known.end()) return true;
  return false;
}

}  // namespace

fs::path folder_of(const RunConfig& run, const Identity& identity) {
  return fs::path(run.output) / run.name / identity.id;
}

Verdict judge(const RunConfig& run, const Json& manifest) {
  if (!manifest.is_object() || !manifest.contains("status")) return {.reason = "new"};
  const std::string status = manifest["status"];
  const int64_t done = manifest.value("rounds_done", int64_t{0});
  if (lacks_a_diagnostic(run, manifest))
    return {.from_scratch = true, .reason = "a diagnostic that is asked for was not recorded: replayed"};
  if (status == "diverged")
    return {.starts = false, .diverged = true, .reason = fmt::format("done: diverged in round {}", done)};
  if (done > run.rounds && status != "running" && status != "failed")
    return {.starts = false,
            .reason = fmt::format("done: holds {} rounds, more than the {} asked for", done, run.rounds)};
  if (status == "completed" && done >= run.rounds) return {.starts = false, .reason = "done"};
  if (status == "completed")
    return {.reason = fmt::format("prolonged from {} to {} rounds", done, run.rounds)};
  // One that ran out of time did not fail under another limit.
  if (status == "failed" && manifest.contains("time_limit") &&
      (!run.time_limit || *run.time_limit > manifest["time_limit"].get<double>()))
    return {.reason = fmt::format("ran out of time in round {}, and may take {} now: goes on", done,
                                  run.time_limit ? fmt::format("{} s", *run.time_limit) : "any time")};
  if (status == "failed")
    return {.failed = true,
            .reason = fmt::format("failed before: {}", manifest.value("reason", Json("")).is_string()
                                                           ? printable(manifest["reason"].get<std::string>())
                                                           : "")};
  return {.reason = status == "running" ? "was killed: goes on from its last checkpoint"
                                        : fmt::format("was interrupted in round {}: goes on", done)};
}

Json run_one(const RunConfig& asked, const Identity& identity, const Verdict& verdict,
             const RunContext& context) {
  const auto began = std::chrono::steady_clock::now();
  const auto& [device, crew, data, stop, progress, warn] = context;
  const RunDirectory directory(folder_of(asked, identity));
  RunLog log(directory.file("run.log"), warn);
  log.event(fmt::format("start: varangian {}, LibTorch {}.{}.{}, {}, {} threads, pid {} on {} ({})", kVersion,
                        TORCH_VERSION_MAJOR, TORCH_VERSION_MINOR, TORCH_VERSION_PATCH,
                        describe_device(device), crew.threads(), getpid(), host(), verdict.reason));
  Json manifest = directory.manifest();
  RunConfig run = asked;
  if (verdict.from_scratch) {  // replayed as far as it was
    run.rounds = std::max(run.rounds, manifest.value("rounds_done", int64_t{0}));
    run.resolved["rounds"] = run.rounds;
    directory.remove_checkpoints();
    manifest = nullptr;
  }
  const Json sessions = manifest.is_object() ? manifest.value("sessions", Json::array()) : Json::array();
  const Json before = manifest;
  manifest = first_manifest(run, identity, device, crew.threads());
  manifest["sessions"] = sessions;
  if (before.is_object())
    for (const char* key : {"rounds_done", "final", "heterogeneity", "repeatable"})
      if (before.contains(key)) manifest[key] = before[key];
  if (before.is_object() && run.swept.empty()) manifest["swept"] = before.value("swept", Json::object());
  directory.write_json("config.json", run.resolved);
  Session session(directory, manifest);
  try {
    Assembly assembly = assemble(run, device, data);
    session.manifest()["task"] = assembly.task;
    session.manifest()["cohort"] = assembly.setup.cohort;
    Simulation simulation(std::move(assembly.setup), crew);
    if (!session.manifest().contains("heterogeneity"))
      session.manifest()["heterogeneity"] = {
          {"label_entropy", finite_or_null(assembly.label_entropy)},
          {"gradient_dissimilarity", finite_or_null(gradient_dissimilarity(
                                         *simulation.setup().task, simulation.weights(),
                                         simulation.setup().roster, simulation.setup().cohort, crew))}};
    session.write();
    const TrainingOptions options{.evaluate_every = run.evaluate_every,
                                  .evaluate_on = run.evaluate_on,
                                  .checkpoint_seconds = run.checkpoint_seconds,
                                  .deadline = deadline_of(run, began)};
    const TrainingResult result =
        train(simulation, assembly.diagnostics, options, directory, stop, progress, log);
    Json& final = session.manifest();
    final["rounds_done"] = result.round;
    final["final"] = result.last;
    if (!result.same_machine)
      final["repeatable"] = "no: it went on from a checkpoint of another kind of machine";
    if (result.outcome == Outcome::late) {
      final["time_limit"] = *run.time_limit;
      throw Error::format(
          "took longer than the {} s that /execution/time_limit allows; it stopped in round {} with a "
          "checkpoint",
          *run.time_limit, result.round);
    }
    session.finish(status_of(result.outcome), result.reason);
    log.event(fmt::format("{} after round {}{}{}", status_of(result.outcome), result.round,
                          result.reason.empty() ? "" : ": ", result.reason));
    return final;
  } catch (const std::exception& error) {
    log.event("failed: " + failure_text(error));
    try {
      session.finish("failed", failure_text(error));
    } catch (const std::exception& another) {  // the same full disk, say: the first error is the one to tell
      log.event("failed: " + failure_text(another));
    }
    throw;
  }
}

}  // namespace varangian
