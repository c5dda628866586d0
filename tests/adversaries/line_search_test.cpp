#include "support/forge.h"

#include "kernels/isa.h"

#include <algorithm>
#include <cmath>

namespace varangian {
namespace {

#if defined(VARANGIAN_SANITIZED)
constexpr size_t kStride = 8;  // a search is 490 aggregations: not for every rule
#else
constexpr size_t kStride = 1;
#endif
constexpr int kGrid = 400;

double damage(const at::Tensor& rows, const at::Tensor& lie, const Scene& s) {
  at::Tensor all = rows.clone();
  all.narrow(0, s.n - s.f, s.f).copy_(lie.expand({s.f, s.columns}));
  return Server(s.rule, {}, s.pre)
      .round(all, s.f)
      .sub(rows.narrow(0, 0, s.n - s.f).mean(0))
      .norm()
      .item<double>();
}

/// The most damage of mean - t along, t from 30 down in equal ratios (of 1.026) to about 0.001.
double most_on_a_grid(const at::Tensor& rows, const at::Tensor& along, const Scene& s) {
  const at::Tensor mean = rows.narrow(0, 0, s.n - s.f).mean(0);
  double most = 0;
  for (int i = 0; i < kGrid; ++i)
    most = std::max(most, damage(rows, mean.sub(along, 30.0 * std::pow(0.975, i)), s));
  return most;
}

/// All that an oracle answers for: rules that take numbers, and no program, nor samples of the server's own.
std::vector<std::string> rules_to_ask() {
  std::vector<std::string> names;
  for (const Descriptor* rule : Registry::instance().list(Kind::aggregator)) {
    if (rule->name == "process" || rule->name == "fltrust") continue;
    const auto made =
        make<Aggregator>(Kind::aggregator, rule->name, rule_values(Kind::aggregator, rule->name));
    if (made->takes() == Encoding::dense) names.push_back(rule->name);
  }
  return names;
}

}  // namespace

TEST_CASE("adversaries that search reach a fine grid's optimum on every rule", "[adversaries]") {
  const std::vector<std::string> rules = rules_to_ask();
  CHECK(rules.size() > 25);
  for (size_t i = 0; i < rules.size(); i += kStride)
    for (const std::vector<std::string>& pre :
         {std::vector<std::string>{}, std::vector<std::string>{"nnm"}}) {
      const Scene s{.n = 17, .f = 4, .columns = 300, .round = 1, .rule = rules[i], .pre = pre};
      INFO(rules[i] << " after " << pre.size() << " steps");
      const at::Tensor rows = normal_matrix(s.n, s.columns).add(0.3), honest = rows.narrow(0, 0, s.n - s.f);
      for (const std::string name : {"optimal_alie", "optimal_ipm"}) {
        if (name == "optimal_ipm" && !pre.empty()) continue;
        const at::Tensor along = name == "optimal_alie" ? honest.std(0) : honest.mean(0);
        const at::Tensor lie = forged(name, {{"largest", 30.0}}, rows, s)[0];
        CHECK(damage(rows, lie, s) >= 0.99 * most_on_a_grid(rows, along, s));
      }
    }
}

}  // namespace varangian
