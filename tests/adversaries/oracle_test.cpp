#include "support/forge.h"

namespace varangian {
namespace {

// Asks the server's rule, with an explanation, about the message 0.
class Asker final : public OmniscientAdversary {
 public:
  void forge(const OmniscientView& view, at::Tensor messages) const override {
    messages.zero_();
    update = view.oracle.update(messages[0], &explanation);
  }
  mutable at::Tensor update;
  mutable Explanation explanation;
};

}  // namespace

TEST_CASE("the oracle explains which rows the server would take", "[adversaries]") {
  Scene s{.n = 9, .f = 2, .columns = 40, .rule = "krum"};
  const at::Tensor rows = normal_matrix(s.n, s.columns);
  const auto asker = std::make_shared<Asker>();
  forged_by(asker, rows, s);
  at::Tensor all = rows.clone();
  all.narrow(0, 7, 2).zero_();
  CHECK(at::equal(asker->update, Server("krum").round(all, s.f)));
  const std::vector<double>& weights = asker->explanation.at("weights");
  REQUIRE(weights.size() >= 9);
  at::Tensor taken = at::zeros({s.columns});
  for (int64_t i = 0; i < s.n; ++i) taken.add_(all[i], weights[static_cast<size_t>(i)]);
  CHECK(at::allclose(taken, asker->update));
}

}  // namespace varangian
