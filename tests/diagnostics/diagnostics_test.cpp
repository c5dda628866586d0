#include "support/catch.h"
#include "varangian/diagnostic.h"

#include <ATen/ATen.h>

#include <cmath>

namespace varangian {
namespace {

// A round of the last worker lying, on a dense wire.
class MeasuredRound {
 public:
  explicit MeasuredRound(const at::Tensor& rows, at::Tensor update, at::Tensor honest_mean)
      : wire_{.encoding = Encoding::dense, .columns = rows.size(1), .rows = rows},
        update_(std::move(update)),
        honest_mean_(std::move(honest_mean)) {
    for (int64_t w = 0; w + 1 < rows.size(0); ++w) honest_.push_back(w);
    byzantine_ = {rows.size(0) - 1};
  }

  // Packs the rows' signs by hand: at most 64 columns.
  MeasuredRound& pack() {
    at::Tensor words = at::zeros({wire_.rows.size(0), 1}, at::kLong);
    for (int64_t w = 0; w < wire_.rows.size(0); ++w)
      for (int64_t j = 0; j < wire_.columns; ++j)
        if (wire_.rows[w][j].item<float>() < 0) words.data_ptr<int64_t>()[w] |= int64_t{1} << j;
    wire_ = {.encoding = Encoding::signs, .columns = wire_.columns, .rows = words};
    return *this;
  }

  Measurement measure(const std::string& name) const {
    return diagnostic(name)->measure({.clock = {.round = 1, .learning_rate = 0.1},
                                      .wire = wire_,
                                      .honest_mean = honest_mean_,
                                      .update = update_,
                                      .honest = honest_,
                                      .byzantine = byzantine_});
  }

  static std::unique_ptr<Diagnostic> diagnostic(const std::string& name) {
    return make<Diagnostic>(Kind::diagnostic, name,
                            values_for(Registry::instance().describe(Kind::diagnostic, name)));
  }

 private:
  Messages wire_;
  at::Tensor update_, honest_mean_;
  std::vector<int64_t> honest_, byzantine_;
};

MeasuredRound three_workers() {
  const at::Tensor rows = at::tensor({3.0f, 4.0f, -1.0f, 0.5f,  //
                                      3.0f, 4.0f, 1.0f, -0.5f,  //
                                      -3.0f, -4.0f, 1.0f, 0.0f});
  return MeasuredRound(rows.view({3, 4}), at::tensor({0.0f, 8.0f, 0.0f, 0.0f}),
                       at::tensor({3.0f, 4.0f, 0.0f, 0.0f}));
}

std::vector<double> listed(const at::Tensor& values) {
  return {values.data_ptr<double>(), values.data_ptr<double>() + values.numel()};
}

}  // namespace

TEST_CASE("bad_messages counts messages with a number that is not finite", "[diagnostics]") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const at::Tensor rows = at::tensor({1.0f, nan, 3e38f, 3e38f, INFINITY, 1.0f}).view({3, 2});
  const Measurement seen = MeasuredRound(rows, at::zeros({2}), at::zeros({2})).measure("bad_messages");
  CHECK(seen.of_round.at(0).item<double>() == 2);
  CHECK(listed(seen.of_workers.at(0)) == std::vector<double>{1, 0, 1});
}

TEST_CASE("cosine_to_honest compares the update and each message with the honest mean", "[diagnostics]") {
  const Measurement dense = three_workers().measure("cosine_to_honest");
  CHECK(dense.of_round.at(0).item<double>() == Approx(0.8));
  const std::vector<double> workers = listed(dense.of_workers.at(0));
  CHECK(workers.at(0) == Approx(25 / (5 * std::sqrt(26.25))));
  CHECK(workers.at(2) == Approx(-25 / (5 * std::sqrt(26.0))));

  const std::vector<double> signs =
      listed(three_workers().pack().measure("cosine_to_honest").of_workers.at(0));
  CHECK(signs.at(0) == Approx(7 / (5 * 2.0)));
  CHECK(signs.at(2) == Approx(-7 / (5 * 2.0)));
}

TEST_CASE("vote_margin counts votes, ties and who was with the majority, on either wire", "[diagnostics]") {
  for (const Measurement& seen :
       {three_workers().measure("vote_margin"), three_workers().pack().measure("vote_margin")}) {
    CHECK(seen.of_round.at(0).item<double>() == Approx(1.0 / 3));  // two against one everywhere
    CHECK(seen.of_round.at(1).item<double>() == Approx(0.0).margin(1e-12));
    const std::vector<double> workers = listed(seen.of_workers.at(0));
    CHECK(workers.at(0) == Approx(0.75));
    CHECK(workers.at(1) == Approx(0.75));
    CHECK(workers.at(2) == Approx(0.5));
  }
  const MeasuredRound two(at::tensor({1.0f, -1.0f, 1.0f, 1.0f}).view({2, 2}), at::ones({2}), at::ones({2}));
  const Measurement tied = two.measure("vote_margin");
  CHECK(tied.of_round.at(0).item<double>() == Approx(0.5));
  CHECK(tied.of_round.at(1).item<double>() == Approx(0.5));
  CHECK(listed(tied.of_workers.at(0)) == std::vector<double>{1, 1});  // of the one column that was decided
}

TEST_CASE("every diagnostic gives a value for each of its columns, on a device that cannot be read too",
          "[diagnostics][conformance][device]") {
  const auto meta = at::TensorOptions(at::kFloat).device(at::kMeta);
  for (const Descriptor* descriptor : Registry::instance().list(Kind::diagnostic)) {
    if (descriptor->name == "process") continue;  // it is whatever program a user names
    INFO(descriptor->name);
    const auto diagnostic = MeasuredRound::diagnostic(descriptor->name);
    CHECK(diagnostic->columns().size() + diagnostic->worker_columns().size() > 0);
    const MeasuredRound unreadable(at::empty({5, 70}, meta), at::empty({70}, meta), at::empty({70}, meta));
    for (const Measurement& seen :
         {three_workers().measure(descriptor->name), three_workers().pack().measure(descriptor->name),
          unreadable.measure(descriptor->name)}) {
      REQUIRE(seen.of_round.size() == diagnostic->columns().size());
      REQUIRE(seen.of_workers.size() == diagnostic->worker_columns().size());
      for (const at::Tensor& value : seen.of_round) {
        CHECK(value.dim() == 0);
        CHECK(value.scalar_type() == at::kDouble);
      }
      for (const at::Tensor& values : seen.of_workers) {
        CHECK(values.sizes() == at::IntArrayRef{seen.of_workers[0].size(0)});
        CHECK(values.scalar_type() == at::kDouble);
      }
    }
  }
}

}  // namespace varangian
