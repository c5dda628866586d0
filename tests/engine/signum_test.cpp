#include "engine/simulation.h"
#include "experiments/assemble.h"
#include "support/catch.h"
#include "support/runs.h"

#include <ATen/ATen.h>

#include <atomic>
#include <limits>

// Where honest momenta become signs as they are computed, and the vote stays packed until the step, all that
// a round leaves is what the general path leaves.
namespace varangian {
namespace {

// The sign codec, which may hide that it is one, and counts the rows that it encodes.
class WatchedCodec final : public Compressor {
 public:
  WatchedCodec(std::unique_ptr<Compressor> codec, bool plain, std::atomic<int64_t>& rows)
      : codec_(std::move(codec)), plain_(plain), rows_(rows) {}
  Encoding encoding() const override { return codec_->encoding(); }
  bool plain_signs() const override { return plain_ && codec_->plain_signs(); }
  int64_t encode(const EncodeView& view, at::Tensor wire) const override {
    rows_ += view.dense.size(0);
    return codec_->encode(view, wire);
  }

 private:
  std::unique_ptr<Compressor> codec_;
  bool plain_;
  std::atomic<int64_t>& rows_;
};

// The vote, which may hide that it can be had packed, and counts how often it is.
class WatchedVote final : public ColumnRule {
 public:
  WatchedVote(std::unique_ptr<ColumnRule> rule, bool packed, std::atomic<int64_t>& votes)
      : rule_(std::move(rule)), packed_(packed), votes_(votes) {}
  Encoding takes() const override { return rule_->takes(); }
  int update_bits() const override { return rule_->update_bits(); }
  Encoding gives() const override { return packed_ ? rule_->gives() : Encoding::dense; }
  void aggregate(const ColumnBlock& block, at::Tensor update) const override {
    rule_->aggregate(block, update);
  }
  void vote(const ColumnBlock& block, at::Tensor signs) const override {
    ++votes_;
    rule_->vote(block, signs);
  }

 private:
  std::unique_ptr<ColumnRule> rule_;
  bool packed_;
  std::atomic<int64_t>& votes_;
};

template <typename T>
std::unique_ptr<T> component(Kind kind, const std::string& name, const std::map<std::string, Value>& given) {
  return make<T>(kind, name, values_for(Registry::instance().describe(kind, name), given));
}

struct SignumCase {
  std::string tie, fields;
  bool packs = true;  ///< honest rows are not encoded
  bool votes = true;  ///< the vote stays packed
};

constexpr int64_t kColumns = 2 * 8192 + 65, kWorkers = 8, kLiars = 3, kRounds = 4;

Setup signum(const SignumCase& c, bool fast, std::atomic<int64_t>& rows, std::atomic<int64_t>& votes) {
  DataCache data;
  Setup setup =
      assemble(config_of(fmt::format(R"({{"format": 1, "name": "signum", "rounds": {}, "task": {{"dataset":
      {{"name": "quadratic", "dimension": {}, "spread": 0.5}}}}, "aggregator": "majority_vote", {}}})",
                                     kRounds, kColumns, c.fields)),
               at::kCPU, data)
          .setup;
  setup.compressor = std::make_unique<WatchedCodec>(std::move(setup.compressor), fast, rows);
  setup.defence = std::make_unique<Defence>(
      std::vector<std::unique_ptr<PreAggregator>>{},
      std::make_unique<WatchedVote>(
          component<ColumnRule>(Kind::aggregator, "majority_vote", {{"tie", Value(c.tie)}}), fast, votes));
  const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  setup.start = at::randn({kColumns}, at::kFloat);
  setup.start.narrow(0, 60, 9).copy_(
      at::tensor({nan, inf, -inf, -0.0f, 0.0f, 1e38f, -1e38f, 1e-45f, -1e-45f}));
  setup.start.narrow(0, kColumns - 3, 3).copy_(at::tensor({-0.0f, nan, -inf}));
  return setup;
}

// Bit by bit, but for which NaN it is.
bool same_bits(const at::Tensor& a, const at::Tensor& b) {
  const auto bits = [](const at::Tensor& x) {
    if (!x.is_floating_point()) return x;
    return x.masked_fill(x.isnan(), std::numeric_limits<float>::quiet_NaN()).view(at::kInt);
  };
  return at::equal(bits(a), bits(b));
}

}  // namespace

TEST_CASE("momenta packed at once and a vote that stays packed change no bit of a run",
          "[engine][kernels][signs]") {
  const std::string
      workers = R"("workers": {"count": 8, "byzantine": 3, "momentum": {"beta": 0.9}})",
      undamped = R"("workers": {"count": 8, "byzantine": 3, "which": "random",
                                   "momentum": {"beta": 0.5, "damped": false}})",
      sgd = R"("optimizer": {"name": "sgd", "lr": 0.01, "weight_decay": 0.1, "decay": "decoupled"})",
      codec = R"("compressor": "sign")";
  const auto fields = [](const std::vector<std::string>& all) {
    return fmt::format("{}", fmt::join(all, ", "));
  };
  const std::vector<SignumCase> cases = {
      {"plus", fields({workers, sgd, codec, R"("adversary": "sign_flip")"})},
      {"minus",
       fields({workers, sgd, codec, R"("adversary": {"name": "random_sign", "stage": "gradient"})"})},
      {"random",
       fields({undamped, codec, R"("optimizer": {"name": "sgd", "lr": 0.01, "momentum": 0.9})",
               R"("adversaries": [{"name": "zero", "workers": 1, "rounds": [2, 3]}, {"name": "rescale",
                            "factor": -3, "workers": 2, "rounds": [3, null]}])"})},
      {"previous", fields({undamped, codec, R"("optimizer": "adam", "adversary": "gaussian")"})},
      {"plus", fields({workers, sgd, codec, R"("adversary": {"name": "ipm", "stage": "gradient"})"})},
      {"zero", fields({workers, sgd, codec, R"("adversary": "sign_flip")"}), true, false},
      {"plus", fields({workers, sgd, codec, R"("adversary": "tie_seeker")"}), false, true},
      {"plus",
       fields({workers, sgd, R"("compressor": {"name": "sign", "zero": "minus"}, "adversary": "zero")"}),
       false, true},
      {"plus", fields({workers, sgd, R"("compressor": {"up": {"name": "sign", "error_feedback": {}}},
                                        "adversary": "sign_flip")"}),
       false, true},
      {"plus", fields({workers, sgd, R"("compressor": {"up": "sign", "down": "scaled_sign"},
                                        "adversary": "sign_flip")"}),
       true, false},
      {"plus",
       fields({R"("workers": {"count": 8, "byzantine": 3})", sgd, codec, R"("adversary": "sign_flip")"}),
       false, true},
  };
  Crew crew(2, false);
  for (const SignumCase& c : cases) {
    INFO("tie " << c.tie << ", " << c.fields);
    std::atomic<int64_t> rows = 0, votes = 0, general_rows = 0, general_votes = 0;
    at::manual_seed(31);
    Simulation fast(signum(c, true, rows, votes), crew);
    at::manual_seed(31);
    Simulation general(signum(c, false, general_rows, general_votes), crew);
    for (int64_t t = 1; t <= kRounds; ++t) {
      rows = votes = general_rows = general_votes = 0;
      const Round a = fast.round(t), b = general.round(t);
      CHECK(a.bytes_up == b.bytes_up);
      CHECK(a.bytes_down == b.bytes_down);
      CHECK(same_bits(a.losses, b.losses));
      CHECK(same_bits(a.squares, b.squares));
      CHECK(same_bits(fast.wire().rows, general.wire().rows));
      CHECK(same_bits(fast.honest_mean(), general.honest_mean()));
      for (size_t i = 0; i < fast.state().entries().size(); ++i) {
        INFO(fast.state().entries()[i].name);
        CHECK(same_bits(fast.state().entries()[i].value, general.state().entries()[i].value));
      }
      // The way that each took.
      CHECK(rows == (c.packs ? kLiars : general_rows.load()));
      CHECK(general_rows >= kWorkers);
      CHECK(votes == (c.votes ? 3 : 0));
      CHECK(general_votes == 0);
    }
  }
}

}  // namespace varangian
