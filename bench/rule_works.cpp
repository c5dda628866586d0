#include "rule_works.h"

#include "engine/allocator.h"
#include "engine/defence.h"
#include "kernels/columns.h"
#include "kernels/combine.h"
#include "kernels/isa.h"
#include "kernels/majority.h"
#include "kernels/signs.h"
#include "kernels/steps.h"
#include "tensor/columns_on_device.h"
#include "varangian/error.h"
#include "varangian/signs.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <atomic>

namespace varangian {
namespace {

VARANGIAN_KERNEL(float, sum_of, (const float* x, int64_t count), (x, count)) {
  float lane[256] = {};
  for (int64_t j = 0; j + 256 <= count; j += 256)
    for (int64_t k = 0; k < 256; ++k) lane[k] += x[j + k];
  return *std::max_element(lane, lane + 256);
}

struct Chain {
  Chain(const std::string& rule, const std::vector<std::string>& pre) {
    std::vector<std::unique_ptr<PreAggregator>> steps;
    for (const std::string& step : pre)
      steps.push_back(make<PreAggregator>(
          Kind::pre_aggregator, step, values_for(Registry::instance().describe(Kind::pre_aggregator, step))));
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

Points with_origin(const Matrix& m) {
  Points all = rows_of(m.rows);
  all.emplace_back();
  return all;
}

constexpr float kRate = 1e-4f;

uint64_t* words_of(const at::Tensor& words) { return reinterpret_cast<uint64_t*>(words.data_ptr<int64_t>()); }

}  // namespace

Matrix normal_rows(int64_t n, int64_t d) {
  Matrix m{.rows = large_zeros({n, d}, at::kFloat),
           .words = large_zeros({n, (d + 63) / 64}, at::kLong),
           .out = large_zeros({d}, at::kFloat)};
  std::vector<int64_t> workers(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i) workers[static_cast<size_t>(i)] = i;
  Random(1, Purpose::noise).normal(m.rows, workers);
  pack_signs(m.rows, m.words);
  return m;
}

std::vector<Work> Works::kernels() {
  std::vector<Work> all = {{"read", bytes(), [this] { read(); }}};
  all.push_back(by_blocks("mean", [this](at::Tensor rows, at::Tensor out) { column_mean(rows, out); }));
  all.push_back(
      by_blocks("sum of signs", [this](at::Tensor rows, at::Tensor out) { column_sign_sum(rows, out); }));
  const at::Tensor spread = at::empty_like(m_.out);
  all.push_back({"mean and deviation", bytes(), [this, spread] {
                   for_each_block(m_.d(), m_.rows, crew_, [&](int64_t begin, int64_t width) {
                     column_mean_deviation(m_.rows.narrow(1, begin, width), m_.out.narrow(0, begin, width),
                                           spread.narrow(0, begin, width));
                   });
                 }});
  all.push_back({"combination", bytes(), [this] {
                   combine(rows_of(m_.rows), Coefficients(static_cast<size_t>(m_.n()), 0.1), m_.out, crew_);
                 }});
  all.push_back({"sign pack", bytes(), [this] {
                   crew_.for_each(m_.n(), [&](int64_t i) {
                     pack_signs(m_.rows.narrow(0, i, 1), m_.words.narrow(0, i, 1));
                   });
                 }});
  all.push_back(by_blocks("median", [](at::Tensor rows, at::Tensor out) { column_median(rows, out); }));
  all.push_back(by_blocks("trimmed mean",
                          [this](at::Tensor rows, at::Tensor out) { column_trimmed_mean(rows, f_, out); }));
  all.push_back(by_blocks("meamed", [this](at::Tensor rows, at::Tensor out) {
    column_mean_around(rows, Centre::median, 0, m_.n() - f_, out);
  }));
  all.push_back({"vote on bits", bytes() / 32, [this] { vote(); }});
  // Half of the rows are momenta, the other half gradients; a momentum is read, written and packed.
  const at::Tensor words = at::empty_like(m_.words);
  all.push_back({"momentum to signs",
                 3 * bytes() * static_cast<double>(m_.n() / 2) / static_cast<double>(m_.n()),
                 [this, words] { momenta(words); }});
  all.push_back({"step by packed vote", (12 + 0.125) * static_cast<double>(m_.d()), [this] { step(); }});
  all.push_back({"gram", bytes(), [this] { gram(with_origin(m_), crew_); }});
  return all;
}

Work Works::by_blocks(const std::string& name, OnBlock body) {
  return {name, bytes(), [this, body] {
            for_each_block(m_.d(), m_.rows, crew_, [&](int64_t begin, int64_t width) {
              body(m_.rows.narrow(1, begin, width), m_.out.narrow(0, begin, width));
            });
          }};
}

Work Works::chain(const std::string& rule, const std::vector<std::string>& pre) {
  auto server = std::make_shared<Chain>(rule, pre);
  std::string name;
  for (const std::string& step : pre) name += step + " + ";
  return {name + rule, bytes(), [this, server] { server->run(m_, f_, crew_); }};
}

void Works::verify() {
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
      "mean and deviation",
      [&] {
        clear();
        column_mean_deviation(rows, at::empty({some}), on(m_.out));
      },
      [&] { on(expected).copy_(at::std(rows, 0, true)); });
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
  const at::Tensor words = at::zeros_like(m_.words), before = rows.clone();
  momenta(words);
  const int64_t half = m_.n() / 2;
  if (!at::equal(words.narrow(0, 0, half), m_.words.narrow(0, 0, half)) || !at::equal(rows, before))
    throw Error("momentum to signs is wrong");
  weights_.zero_();
  step();
  if (!at::allclose(weights_, m_.rows[0].lt(0).to(at::kFloat).mul(2).sub(1).mul(kRate), 1e-5, 1e-9))
    throw Error("step by packed vote is wrong");
  const std::vector<double> g = gram(rows_of(rows), crew_);
  const at::Tensor far = at::cdist(rows.to(at::kDouble), rows.to(at::kDouble)).square();
  const Geometry geometry(m_.n(), g);
  for (int64_t i = 0; i < m_.n(); ++i)
    for (int64_t j = 0; j < m_.n(); ++j)
      if (std::abs(geometry.squared_distance(i, j) - far[i][j].item<double>()) >
          1e-3 * static_cast<double>(some))
        throw Error("gram is wrong");
}

// Adds up all floats from front to back: what memory delivers.
void Works::read() {
  static std::atomic<double> sink;
  const int64_t all = m_.n() * m_.d(), part = 1 << 18;
  crew_.for_each((all + part - 1) / part, [&](int64_t i) {
    sink = sum_of(m_.rows.const_data_ptr<float>() + i * part, std::min(part, all - i * part));
  });
}

void Works::vote() {
  const int64_t words = m_.words.size(1), block = 512;
  static thread_local std::vector<uint64_t> negative(block), tie(block);
  crew_.for_each((words + block - 1) / block, [&](int64_t b) {
    negative.resize(block);
    tie.resize(block);
    kernels::majority(words_of(m_.words) + b * block, m_.n(), words, std::min(block, words - b * block),
                      m_.n() / 2 + 1, negative.data(), tie.data());
  });
}

// With beta 1 and gain 0, which leave the matrix as it is.
void Works::momenta(at::Tensor words) {
  const int64_t half = m_.n() / 2, d = m_.d();
  crew_.for_each(half, [&](int64_t i) {
    float* rows = m_.rows.data_ptr<float>();
    kernels::pack_momentum_signs(rows + i * d, rows + (half + i) * d, 1.0f, 0.0f, d,
                                 words_of(words) + i * words.size(1));
  });
}

// As the engine does: the first row's signs are unpacked where the last update lies, block by block, and each
// weight is read and written once.
void Works::step() {
  const kernels::SgdStep sgd{
      .lr = kRate, .momentum = 0, .gain = 1, .nesterov = false, .coupled = 0, .decoupled = 0.01f};
  for_each_block(m_.d(), m_.rows, crew_, [&](int64_t begin, int64_t width) {
    float* update = m_.out.data_ptr<float>() + begin;
    kernels::unpack_signs(words_of(m_.words) + begin / 64, width, update);
    kernels::sgd_step(weights_.data_ptr<float>() + begin, update, nullptr, sgd, width);
  });
}

}  // namespace varangian
