// The program as a whole process: how long it takes to start and finish one round, evaluations included, and
// the most memory that it ever holds, beside what loading LibTorch costs alone.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Cost {
  double seconds, mebibytes;
};

// Runs a command silently to its end.
Cost run(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t silent;
  posix_spawn_file_actions_init(&silent);
  for (const int stream : {1, 2}) posix_spawn_file_actions_addopen(&silent, stream, "/dev/null", O_WRONLY, 0);
  const auto start = std::chrono::steady_clock::now();
  pid_t child = 0;
  const int failure = posix_spawn(&child, arguments[0], &silent, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&silent);
  int status = 0;
  rusage used{};
  if (failure != 0 || wait4(child, &status, 0, &used) != child || status != 0) {
    fmt::print(stderr, "bench_program: {} failed\n", fmt::join(command, " "));
    std::exit(1);
  }
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
  return {spent.count(), static_cast<double>(used.ru_maxrss) / 1024};
}

std::string config(const std::string& model, const std::string& rule, int rounds) {
  return fmt::format(
      R"({{"format": 1, "name": "{0}", "rounds": {2}, "task": {{"dataset": "fashion_mnist", "model": "{0}"}},
          "workers": {{"count": 30, "byzantine": 7}}, "adversary": "sign_flip", "compressor": "{3}",
          "aggregator": "{1}", "optimizer": {{"name": "sgd", "lr": 0.001}}}})",
      model, rule, rounds, rule == "majority_vote" ? "sign" : "none");
}

void measure(const std::string& what, int repetitions, const std::function<Cost()>& once) {
  std::vector<double> seconds, mebibytes;
  for (int i = 0; i < repetitions; ++i) {
    const Cost cost = once();
    seconds.push_back(cost.seconds);
    mebibytes.push_back(cost.mebibytes);
  }
  std::sort(seconds.begin(), seconds.end());
  std::sort(mebibytes.begin(), mebibytes.end());
  fmt::print("{:<46} {:8.3f} {:8.3f}-{:<8.3f} {:8.0f}\n", what, seconds[seconds.size() / 2], seconds.front(),
             seconds.back(), mebibytes.back());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Start-up and peak memory of the program"};
  std::string program = "build/varangian";
  int repetitions = 7;
  app.add_option("program", program, "The program")->check(CLI::ExistingFile);
  app.add_option("--repetitions", repetitions, "Runs of each line")->check(CLI::Range(1, 100));
  app.footer("Example: bench_program build/varangian");
  CLI11_PARSE(app, argc, argv);

  const fs::path folder = fs::temp_directory_path() / fmt::format("varangian-bench-{}", getpid());
  fs::create_directories(folder);
  fmt::print("{:<46} {:>8} {:<17} {:>8}\n", "", "s", "", "peak MiB");
  measure("list (LibTorch loaded, nothing done)", repetitions, [&] { return run({program, "list"}); });
  const auto train = [&](const std::string& model, const std::string& rule, int rounds) {
    std::ofstream(folder / "x.json") << config(model, rule, rounds);
    measure(fmt::format("{}, {}, {} round{}, n = 30", model, rule, rounds, rounds == 1 ? "" : "s"),
            repetitions, [&] {
              fs::remove_all(folder / "results");
              return run({program, "run", folder / "x.json", "--out", folder / "results"});
            });
  };
  train("logistic", "mean", 1);
  for (const std::string model : {"logistic", "mlp", "cnn"})
    for (const std::string rule : {"mean", "median", "majority_vote"}) train(model, rule, 10);
  fs::remove_all(folder);
}
