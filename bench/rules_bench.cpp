// Rules and the kernels below them beside what memory delivers: rows N(0, 1), each verified against plain
// tensor operators before it is timed; the same matrix is read in the same turns. With --serve it times one
// rule at a time on a given file, for bench/peers.py, which lets the peers take turns with it.
#include "data/npy.h"
#include "engine/allocator.h"
#include "engine/crew.h"
#include "engine/defence.h"
#include "engine/stopwatch.h"
#include "kernels/columns.h"
#include "kernels/combine.h"
#include "kernels/isa.h"
#include "kernels/majority.h"
#include "kernels/signs.h"
#include "tensor/columns_on_device.h"
#include "varangian/error.h"
#include "varangian/signs.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>

namespace varangian {
namespace {

constexpr int64_t kBlock = 8192;

/// What a kernel reads, and the floats that it is timed on.
struct Matrix {
  at::Tensor rows;   ///< [n, d]
  at::Tensor words;  ///< the same, packed
  at::Tensor out;    ///< [d]

  int64_t n() const { return rows.size(0); }
  int64_t d() const { return rows.size(1); }
};

Matrix matrix(int64_t n, int64_t d) {
  Matrix m{.rows = large_zeros({n, d}, at::kFloat),
           .words = large_zeros({n, (d + 63) / 64}, at::kLong),
           .out = large_zeros({d}, at::kFloat)};
  std::vector<int64_t> workers(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i) workers[static_cast<size_t>(i)] = i;
  Random(1, Purpose::noise).normal(m.rows, workers);
  pack_signs(m.rows, m.words);
  return m;
}

/// A step that is timed, and how many bytes it has to read.
struct Work {
  std::string name;
  double bytes;
  std::function<void()> run;
};

VARANGIAN_KERNEL(float, sum_of, (const float* x, int64_t count), (x, count)) {
  float lane[256] = {};
  for (int64_t j = 0; j + 256 <= count; j += 256)
    for (int64_t k = 0; k < 256; ++k) lane[k] += x[j + k];
  return *std::max_element(lane, lane + 256);
}

class Bench {
 public:
  Bench(Matrix m, int64_t f, Crew& crew) : m_(std::move(m)), f_(f), crew_(crew) {}

  std::vector<Work> kernels() {
    const double bytes = 4.0 * static_cast<double>(m_.n() * m_.d());
    std::vector<Work> all = {{"read", bytes, [this] { read(); }}};
    add(all, "mean", bytes, [this](at::Tensor rows, at::Tensor out) { column_mean(rows, out); });
    add(all, "sum of signs", bytes, [this](at::Tensor rows, at::Tensor out) { column_sign_sum(rows, out); });
    all.push_back({"combination", bytes, [this] {
                     combine(rows_of(m_.rows), Coefficients(static_cast<size_t>(m_.n()), 0.1), m_.out, crew_);
                   }});
    all.push_back({"sign pack", bytes, [this] {
                     crew_.for_each(m_.n(), [&](int64_t i) {
                       pack_signs(m_.rows.narrow(0, i, 1), m_.words.narrow(0, i, 1));
                     });
                   }});
    add(all, "median", bytes, [](at::Tensor rows, at::Tensor out) { column_median(rows, out); });
    add(all, "trimmed mean", bytes,
        [this](at::Tensor rows, at::Tensor out) { column_trimmed_mean(rows, f_, out); });
    add(all, "meamed", bytes, [this](at::Tensor rows, at::Tensor out) {
      column_mean_around(rows, Centre::median, 0, m_.n() - f_, out);
    });
    all.push_back({"vote on bits", bytes / 32, [this] { vote(); }});
    all.push_back({"gram", bytes, [this] { gram(points(), crew_); }});
    return all;
  }

  Work chain(const std::string& rule, const std::vector<std::string>& pre) {
    auto server = std::make_shared<Chain>(rule, pre);
    std::string name;
    for (const std::string& step : pre) name += step + " + ";
    return {name + rule, 4.0 * static_cast<double>(m_.n() * m_.d()),
            [this, server] { server->run(m_, f_, crew_); }};
  }

  /// Largest difference from tensor operators, for what has such a twin.
  void verify() {
    const at::Tensor expected = at::empty_like(m_.out);
    const auto check = [&](const char* name, const std::function<void()>& ours,
                           const std::function<void()>& theirs) {
      ours();
      theirs();
      if (!at::allclose(m_.out, expected, 1e-5, 1e-6)) throw Error::format("{} is wrong", name);
    };
    const int64_t some = std::min<int64_t>(m_.d(), 20000);
    const at::Tensor rows = m_.rows.narrow(1, 0, some);
    const auto on = [&](at::Tensor t) { return t.narrow(0, 0, some); };
    expected.zero_();
    const auto clear = [&] { m_.out.zero_(); };
    check(
        "mean",
        [&] {
          clear();
          column_mean(rows, on(m_.out));
        },
        [&] { column_mean_on_device(rows, on(expected)); });
    check(
        "median",
        [&] {
          clear();
          column_median(rows, on(m_.out));
        },
        [&] { column_median_on_device(rows, on(expected)); });
    check(
        "trimmed mean",
        [&] {
          clear();
          column_trimmed_mean(rows, f_, on(m_.out));
        },
        [&] { column_trimmed_mean_on_device(rows, f_, on(expected)); });
    check(
        "meamed",
        [&] {
          clear();
          column_mean_around(rows, Centre::median, 0, m_.n() - f_, on(m_.out));
        },
        [&] { column_mean_around_on_device(rows, Centre::median, 0, m_.n() - f_, on(expected)); });
    const std::vector<double> g = gram(rows_of(rows), crew_);
    const at::Tensor far = at::cdist(rows.to(at::kDouble), rows.to(at::kDouble)).square();
    const Geometry geometry(m_.n(), g);
    for (int64_t i = 0; i < m_.n(); ++i)
      for (int64_t j = 0; j < m_.n(); ++j)
        if (std::abs(geometry.squared_distance(i, j) - far[i][j].item<double>()) >
            1e-3 * static_cast<double>(some))
          throw Error("gram is wrong");
  }

 private:
  struct Chain {
    Chain(const std::string& rule, const std::vector<std::string>& pre) {
      std::vector<std::unique_ptr<PreAggregator>> steps;
      for (const std::string& step : pre)
        steps.push_back(
            make<PreAggregator>(Kind::pre_aggregator, step,
                                values_for(Registry::instance().describe(Kind::pre_aggregator, step))));
      defence = std::make_unique<Defence>(
          std::move(steps),
          make<Aggregator>(Kind::aggregator, rule,
                           values_for(Registry::instance().describe(Kind::aggregator, rule))));
    }

    void run(Matrix& m, int64_t f, Crew& crew) {
      if (!zeros.defined()) zeros = at::zeros_like(m.out);
      const bool signs = defence->rule().takes() == Encoding::signs;
      const std::vector<int64_t> layers = {0};
      defence->decide({.wire = {signs ? Encoding::signs : Encoding::dense, m.d(), signs ? m.words : m.rows},
                       .declared_f = f,
                       .clock = {.round = 1, .learning_rate = 1},
                       .last_update = zeros,
                       .weights = zeros,
                       .reference = at::Tensor(),
                       .layers = layers,
                       .random = Random(0, Purpose::rule).at(1),
                       .state = state},
                      m.out, crew);
    }

    std::unique_ptr<Defence> defence;
    State state;
    at::Tensor zeros;
  };

  Points points() const {
    Points all = rows_of(m_.rows);
    all.emplace_back();
    return all;
  }

  template <typename Body>
  void add(std::vector<Work>& all, const std::string& name, double bytes, Body body) {
    all.push_back({name, bytes, [this, body] {
                     for_each_block(m_.d(), m_.rows, crew_, [&](int64_t begin, int64_t width) {
                       body(m_.rows.narrow(1, begin, width), m_.out.narrow(0, begin, width));
                     });
                   }});
  }

  // Adds up all floats from front to back: what memory delivers.
  void read() {
    static std::atomic<double> sink;
    const int64_t all = m_.n() * m_.d(), part = 1 << 18;
    crew_.for_each((all + part - 1) / part, [&](int64_t i) {
      sink = sum_of(m_.rows.const_data_ptr<float>() + i * part, std::min(part, all - i * part));
    });
  }

  void vote() {
    const int64_t words = m_.words.size(1), block = 512;
    static thread_local std::vector<uint64_t> negative(block), tie(block);
    crew_.for_each((words + block - 1) / block, [&](int64_t b) {
      negative.resize(block);
      tie.resize(block);
      kernels::majority(reinterpret_cast<const uint64_t*>(m_.words.const_data_ptr<int64_t>()) + b * block,
                        m_.n(), words, std::min(block, words - b * block), m_.n() / 2 + 1, negative.data(),
                        tie.data());
    });
  }

  Matrix m_;
  int64_t f_;
  Crew& crew_;
};

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
  Bench bench(matrix(n, d), f, crew);
  bench.verify();
  std::vector<Work> all = bench.kernels();
  for (const char* rule : {"krum", "multi_krum", "geometric_median", "caf", "centred_clipping"})
    all.push_back(bench.chain(rule, {}));
  all.push_back(bench.chain("multi_krum", {"arc", "nnm"}));
  all.push_back(bench.chain("trimmed_mean", {"nnm"}));
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
  std::unique_ptr<Bench> bench;
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
      Matrix m = matrix(given.size(0), given.size(1));
      m.rows.copy_(given);
      pack_signs(m.rows, m.words);
      out = m.out;
      bench = std::make_unique<Bench>(std::move(m), f, crew);
      known = key;
    }
    const Work work = bench->chain(rule, pre);
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
