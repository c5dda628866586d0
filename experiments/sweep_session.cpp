#include "experiments/sweep_session.h"

#include "experiments/failure.h"
#include "experiments/run_progress.h"

#include <poll.h>

namespace varangian {
namespace {

constexpr int kPatience = 100;  // milliseconds between looks at what nobody tells us: held runs, a stop

double work_in(const Plan& plan, const Packing& packing) {
  double work = 0;
  for (const size_t i : packing.order) work += work_of(plan.runs.runs[i], plan.sizes[i]);
  return work;
}

// A finished run keeps its record but takes the names by which this sweep calls it.
void relabel(const RunConfig& run, const Identity& identity) {
  const std::filesystem::path folder = folder_of(run, identity);
  Json manifest = read_json(folder / "manifest.json");
  if (run.swept.empty() || manifest.value("swept", Json()) == run.swept) return;
  const RunDirectory directory(folder);
  manifest["swept"] = run.swept;
  directory.write_json("manifest.json", manifest);
}

// What its own process could no longer write.
void note_failure(const std::filesystem::path& folder, const std::string& reason) {
  const RunDirectory directory(folder);
  Json manifest = directory.manifest();
  if (!manifest.is_object() || manifest.value("status", "") != "running") return;
  manifest["status"] = "failed";
  manifest["reason"] = reason;
  directory.write_json("manifest.json", manifest);
}

// Runs that failed before are left alone unless they are asked for.
Plan& without_failed(Plan& plan, const SweepOptions& options) {
  if (!options.retry_failed)
    for (Verdict& verdict : plan.verdicts) verdict.starts &= !verdict.failed;
  return plan;
}

}  // namespace

SweepSession::SweepSession(Plan& plan, const SweepOptions& options, const std::atomic<bool>& stop)
    : plan_(without_failed(plan, options)),
      options_(options),
      stop_(stop),
      packing_(make_packing(plan, options.jobs, options.cpus)),
      queue_(packing_.order.begin(), packing_.order.end()),
      jobs_(static_cast<size_t>(packing_.jobs)),
      progress_(plan.runs.runs.size(), work_in(plan, packing_), options.quiet,
                folder_of(plan.runs.runs.front(), plan.identities.front()).parent_path()) {}

SweepResult SweepSession::run() {
  pass_over();
  while (dispatch()) listen();
  result_.interrupted |= stop_;
  return std::move(result_);
}

void SweepSession::pass_over() {
  for (size_t i = 0; i < plan_.verdicts.size(); ++i) {
    const Verdict& verdict = plan_.verdicts[i];
    if (verdict.starts) continue;
    progress_.pass(label_of(plan_.runs.runs[i].swept), verdict.reason);
    if (verdict.failed) result_.failures.push_back({i, verdict.reason});
    try {
      relabel(plan_.runs.runs[i], plan_.identities[i]);
    } catch (const std::exception& error) {
      progress_.warn(failure_text(error));
    }
  }
}

// Gives work to who has none. False when there is nothing left to do.
bool SweepSession::dispatch() {
  for (size_t j = 0; j < jobs_.size() && !stop_; ++j) {
    Job& job = jobs_[j];
    if (job.run) continue;
    const std::optional<size_t> run = next();
    if (!run) break;
    if (!job.process)
      job.process = std::make_unique<WorkerProcess>(Json{{"plugins", plan_.plugins},
                                                         {"device", plan_.device.is_cpu() ? "cpu" : "cuda"},
                                                         {"threads", packing_.threads},
                                                         {"pin", plan_.runs.runs.front().pin},
                                                         {"cpus", packing_.cpus[j]}});
    start(job, *run);
  }
  return any_running() || (!stop_ && (!queue_.empty() || (!held_.empty() && !options_.leave_held)));
}

// The next run of the queue that nobody works on; when that is empty, one that another process has let go.
std::optional<size_t> SweepSession::next() {
  for (size_t tries = queue_.size() + held_.size(); tries > 0; --tries) {
    std::deque<size_t>& source = queue_.empty() ? held_ : queue_;
    const size_t run = source.front();
    source.pop_front();
    if (is_held(folder_of(plan_.runs.runs[run], plan_.identities[run]))) {
      held_.push_back(run);
      continue;
    }
    Verdict now = verdict_of(plan_.runs.runs[run], plan_.identities[run]);  // another may have done it
    if (now.failed && !(options_.retry_failed && plan_.verdicts[run].failed)) now.starts = false;
    plan_.verdicts[run] = std::move(now);
    return run;
  }
  return std::nullopt;
}

void SweepSession::start(Job& job, size_t i) {
  const RunConfig& run = plan_.runs.runs[i];
  const Verdict& verdict = plan_.verdicts[i];
  progress_.begin(i, label_of(run.swept), run.rounds, work_of(run, plan_.sizes[i]));
  if (!verdict.starts) {
    if (verdict.failed) result_.failures.push_back({i, verdict.reason});
    return progress_.end(i, verdict.reason);
  }
  job.run = i;
  job.start = std::chrono::steady_clock::now();
  job.process->send({{"config", run.resolved},
                     {"swept", run.swept},
                     {"id", plan_.identities[i].id},
                     {"content", plan_.identities[i].content},
                     {"from_scratch", verdict.from_scratch},
                     {"reason", verdict.reason}});
}

void SweepSession::listen() {
  std::vector<pollfd> sockets;
  std::vector<Job*> heard;
  for (Job& job : jobs_) {
    if (!job.run) continue;
    if (stop_) job.process->request_stop();  // again and again: one that has just started may not listen yet
    sockets.push_back({.fd = job.process->socket(), .events = POLLIN, .revents = 0});
    heard.push_back(&job);
  }
  if (poll(sockets.data(), sockets.size(), kPatience) > 0)  // also 0 sockets: a pause
    for (size_t i = 0; i < sockets.size(); ++i)
      if (sockets[i].revents != 0) hear(*heard[i]);
  progress_.refresh(held_.size());
}

void SweepSession::hear(Job& job) {
  const size_t run = *job.run;
  const std::optional<Json> message = job.process->receive();
  if (!message) return bury(job);
  if (message->contains("progress")) {
    const Json& progress = message->at("progress");
    return progress_.update(run, progress.at("first"), progress.at("round"));
  }
  if (message->contains("warn")) return progress_.warn(message->at("warn"));
  job.run.reset();
  if (message->contains("held")) {
    progress_.put_back(run);
    held_.push_back(run);
  } else if (message->contains("failed")) {
    fail(run, message->at("failed"));
  } else {
    const Json& done = message->at("done");
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - job.start;
    progress_.end(run, ending_text(done, seconds.count()));
    result_.interrupted |= done.at("status") == "interrupted";
  }
}

// The run's process died; the next run gets a new one.
void SweepSession::bury(Job& job) {
  const size_t run = *job.run;
  const std::string reason = job.process->ending();
  job = Job();
  try {
    note_failure(folder_of(plan_.runs.runs[run], plan_.identities[run]), reason);
  } catch (const std::exception& error) {
    progress_.warn(failure_text(error));
  }
  fail(run, reason);
}

void SweepSession::fail(size_t run, const std::string& reason) {
  progress_.fail(run, reason);
  result_.failures.push_back({run, reason});
}

bool SweepSession::any_running() const {
  return std::any_of(jobs_.begin(), jobs_.end(), [](const Job& job) { return job.run.has_value(); });
}

}  // namespace varangian
