#include "experiments/commands.h"

#include "core/printable.h"
#include "engine/device.h"
#include "experiments/failure.h"
#include "experiments/plugins.h"
#include "experiments/run_one.h"
#include "process/channel.h"

#include <csignal>
#include <cstdlib>

namespace varangian {
namespace {

std::atomic<bool> end_requested{false};

constexpr auto kBetweenReports = std::chrono::milliseconds(100);

// One run after another, as a sweep's process says (worker_process.h).
class Worker {
 public:
  Worker(Channel& channel, const Json& settings)
      : channel_(channel), device_(choose_device(settings.at("device"))) {
    if (const std::vector<int> cpus = settings.at("cpus"); !cpus.empty()) stay_on(cpus);
    for (const std::string plugin : settings.at("plugins")) load_plugin(plugin);
    crew_ = std::make_unique<Crew>(settings.at("threads").get<int>(), settings.at("pin").get<bool>());
  }

  void run(const Json& message) {
    try {
      channel_.send({{"done", result_of(message)}}, {}, {});
    } catch (const Held& held) {
      channel_.send({{"held", printable(held.what())}}, {}, {});
    } catch (const std::exception& error) {
      channel_.send({{"failed", failure_text(error)}}, {}, {});
    }
  }

 private:
  Json result_of(const Json& message) {
    Problems problems(message.at("id").get<std::string>());
    RunConfig run = resolve_run(message.at("config"), problems);
    problems.throw_if_any();
    run.swept = message.at("swept");
    const Identity identity{.id = message.at("id"), .content = message.at("content")};
    const Verdict verdict{.from_scratch = message.at("from_scratch"), .reason = message.at("reason")};
    const Json manifest = run_one(run, identity, verdict,
                                  {.device = device_,
                                   .crew = *crew_,
                                   .data = data_,
                                   .stop = end_requested,
                                   .progress = [this](const Progress& progress) { report(progress); },
                                   .warn =
                                       [this](const std::string& text) {
                                         channel_.send({{"warn", printable(text)}}, {}, {});
                                       }});
    Json result;
    for (const char* key : {"status", "reason", "rounds_done", "final"}) result[key] = manifest.at(key);
    return result;
  }

  void report(const Progress& progress) {
    const auto now = std::chrono::steady_clock::now();
    if (now - reported_ < kBetweenReports) return;
    reported_ = now;
    channel_.send({{"progress", {{"first", progress.first_round}, {"round", progress.round}}}}, {}, {});
  }

  Channel& channel_;
  at::Device device_;
  std::unique_ptr<Crew> crew_;
  DataCache data_;
  std::chrono::steady_clock::time_point reported_;
};

int work() {
  const char* file = std::getenv("VARANGIAN_FD");
  if (file == nullptr) throw Error("`varangian work` is started by `varangian run`, for the runs of a sweep");
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGTERM, [](int) { end_requested = true; });
  Channel channel(std::atoi(file));
  unsetenv("VARANGIAN_FD");
  Json message;
  if (channel.receive(message, {}) != Channel::Outcome::done) return kDone;
  Worker worker(channel, message);
  while (channel.receive(message, {}) == Channel::Outcome::done) worker.run(message);
  return kDone;
}

}  // namespace

void add_work_command(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("work", "Does runs of a sweep; started by `varangian run`");
  command->group("");  // not for people
  command->callback([&exit_code] { exit_code = work(); });
}

}  // namespace varangian
