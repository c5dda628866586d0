// Rules and the kernels below them beside what memory delivers: rows N(0, 1), each verified against plain
// tensor operators before it is timed; the same matrix is read in the same turns. With --serve it times one
// rule at a time on a given file, for bench/peers.py, which lets the peers take turns with it.
#include "data/npy.h"
#include "engine/allocator.h"
#include "engine/stopwatch.h"
#include "kernels/isa.h"
#include "rule_works.h"
#include "varangian/signs.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <sstream>

namespace varangian {
namespace {

/// Medians of interleaved turns, in seconds.
std::vector<double> take_turns(const std::vector<Work>& all, double seconds) {
  std::vector<std::vector<double>> times(all.size());
  Stopwatch total;
  double spent = 0;
  for (int turn = 0; turn < 5 || (spent < seconds && turn < 200); ++turn) {
    for (size_t i = 0; i < all.size(); ++i) {
      Stopwatch watch;
      all[i].run();
      if (turn > 0) times[i].push_back(watch.lap());
    }
    spent += total.lap();
  }
  std::vector<double> medians;
  for (std::vector<double>& t : times) {
    std::sort(t.begin(), t.end());
    medians.push_back(t[t.size() / 2]);
  }
  return medians;
}

void table(int64_t n, int64_t d, Crew& crew, double seconds, std::ostream* csv) {
  const int64_t f = (n - 1) / 4;
  Works works(normal_rows(n, d), f, crew);
  works.verify();
  std::vector<Work> all = works.kernels();
  for (const char* rule : {"krum", "multi_krum", "geometric_median", "caf", "centred_clipping"})
    all.push_back(works.chain(rule, {}));
  all.push_back(works.chain("multi_krum", {"arc", "nnm"}));
  all.push_back(works.chain("trimmed_mean", {"nnm"}));
  const std::vector<double> seconds_of = take_turns(all, seconds);
  const double read = seconds_of[0];
  size_t gram = 0;
  for (size_t i = 0; i < all.size(); ++i)
    if (all[i].name == "gram") gram = i;
  fmt::print("n {}, d {}, f {}, {} threads: read at {:.1f} GB/s\n", n, d, f, crew.threads(),
             all[0].bytes / read * 1e-9);
  for (size_t i = 1; i < all.size(); ++i) {
    const double ms = 1e3 * seconds_of[i], share = all[i].bytes / all[0].bytes * read / seconds_of[i];
    const double over = seconds_of[i] / (seconds_of[gram] + read);
    fmt::print("  {:<26} {:>10.4f} ms  {:>5.2f} of the bandwidth", all[i].name, ms, share);
    if (i > gram) fmt::print("  {:>5.2f} times one gram and one pass", over);
    fmt::print("\n");
    if (csv != nullptr)
      *csv << fmt::format("{},{},{},{},{},{},{},{}\n", kernels::to_string(kernels::isa()), crew.threads(), n,
                          d, all[i].name, ms, share, i > gram ? fmt::format("{}", over) : "");
  }
}

// One line in, "FILE.npy F RULE [PRE...]", one line out, milliseconds of the fastest of three. The update is
// left in FILE.ours.npy.
void serve(Crew& crew) {
  std::string known, file, rule;
  std::unique_ptr<Works> works;
  at::Tensor out;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    int64_t f = 0;
    words >> file >> f >> rule;
    std::vector<std::string> pre;
    for (std::string step; words >> step;) pre.push_back(step);
    const std::string key = file + std::to_string(f);
    if (key != known) {
      const at::Tensor given = read_npy(file);
      Matrix m = normal_rows(given.size(0), given.size(1));
      m.rows.copy_(given);
      pack_signs(m.rows, m.words);
      out = m.out;
      works = std::make_unique<Works>(std::move(m), f, crew);
      known = key;
    }
    const Work work = works->chain(rule, pre);
    work.run();
    double best = 1e300;
    for (int turn = 0; turn < 3; ++turn) {
      Stopwatch watch;
      work.run();
      best = std::min(best, watch.lap());
    }
    write_npy(file + ".ours.npy", out);
    fmt::print("{}\n", 1e3 * best);
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace varangian

int main(int argc, char** argv) {
  varangian::keep_freed_memory();
  CLI::App app{"Rules and kernels beside what memory delivers"};
  std::vector<int64_t> ns = {8, 15, 27, 64, 101}, ds = {79510, 1000000, 11173962};
  std::vector<int> threads = {1, 2};
  double seconds = 1, largest = 1.2e9;
  std::string csv;
  bool serves = false;
  app.add_option("--n", ns, "Messages")->delimiter(',');
  app.add_option("--d", ds, "Columns")->delimiter(',');
  app.add_option("--threads", threads, "Of the crew")->delimiter(',');
  app.add_option("--seconds", seconds, "For each table");
  app.add_option("--largest", largest, "Floats in a matrix, at most");
  app.add_option("--csv", csv, "File for the figures");
  app.add_flag("--serve", serves, "Time what standard input asks for");
  app.footer("Example: bench_rules --n 15,27 --d 1000000 --threads 2");
  CLI11_PARSE(app, argc, argv);
  try {
    if (serves) {
      varangian::Crew crew(threads.front());
      varangian::serve(crew);
      return 0;
    }
    std::ofstream file;
    if (!csv.empty()) {
      file.open(csv);
      file << "isa,threads,n,d,work,ms,share_of_bandwidth,times_gram_and_pass\n";
    }
    for (const int t : threads) {
      varangian::Crew crew(t);
      for (const int64_t n : ns)
        for (const int64_t d : ds)
          if (static_cast<double>(n * d) <= largest)
            varangian::table(n, d, crew, seconds, csv.empty() ? nullptr : &file);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_rules: %s\n", error.what());
    return 1;
  }
}
