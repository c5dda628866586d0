#include "varangian/points.h"
#include "varangian/row_rule.h"

#include <ATen/ATen.h>
#include <Eigen/LU>

#include <algorithm>
#include <cmath>
#include <limits>

namespace varangian {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// The best cut of sorted numbers in two, and the sums of squares about the means, in one piece and in two.
struct TwoClusters {
  double one = 0, two = 0, threshold = 0;
};

TwoClusters split(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto squares = [&](size_t begin, size_t end) {
    double mean = 0, sum = 0;
    for (size_t i = begin; i < end; ++i) mean += values[i] / static_cast<double>(end - begin);
    for (size_t i = begin; i < end; ++i) sum += (values[i] - mean) * (values[i] - mean);
    return sum;
  };
  TwoClusters best{.one = squares(0, values.size()), .two = std::numeric_limits<double>::infinity()};
  for (size_t cut = 1; cut < values.size(); ++cut) {
    const double sum = squares(0, cut) + squares(cut, values.size());
    if (sum < best.two) {
      best.two = sum;
      best.threshold = values[cut];
    }
  }
  return best;
}

// Workers whose messages do not follow from their last ones: x_i(t) is predicted as x_i(t - 1) + H (w_t -
// w_{t-1}), H from the last changes of weights and mean messages (L-BFGS). When the gap statistic sees two
// groups of mean errors, the worse group is left out.
class Fldetector final : public RowRule {
 public:
  explicit Fldetector(const Values& values) : window_(values.integer("window")) {}

  void declare(State& state, int64_t n, int64_t columns, at::Device device) const override {
    const auto floats = at::TensorOptions().dtype(at::kFloat).device(device);
    state.add("rule_messages", {Axis::worker, Axis::column}, at::zeros({n, columns}, floats));
    state.add("rule_weights", {Axis::column}, at::zeros({columns}, floats));
    state.add("rule_mean", {Axis::column}, at::zeros({columns}, floats));
    for (const char* name : {"rule_steps", "rule_changes"})
      state.add(name, {Axis::none, Axis::column}, at::zeros({window_, columns}, floats));
    state.add("rule_errors", {Axis::none, Axis::worker}, at::full({window_, n}, kNaN, at::kDouble));
  }

  Decision decide(const RowsView& view, at::Tensor update) const override {
    const int64_t n = view.n(), round = view.clock.round;
    const at::Tensor rows = at::nan_to_num(view.rows, 0.0, 0.0, 0.0);
    const at::Tensor finite = view.rows.isfinite().all(1).cpu();
    const at::Tensor step = view.weights.sub(view.state["rule_weights"]);
    at::Tensor errors = view.state["rule_errors"].clone();
    const std::vector<char> good =
        round > 2 ? judged(view, rows, step, errors) : std::vector<char>(static_cast<size_t>(n), 1);

    Coefficients c(static_cast<size_t>(n), 0.0);
    double count = 0;
    for (int64_t i = 0; i < n; ++i)
      if (good[static_cast<size_t>(i)] != 0 && finite.const_data_ptr<bool>()[i]) {
        c[static_cast<size_t>(i)] = 1;
        ++count;
      }
    for (double& weight : c) weight /= std::max(count, 1.0);
    view.explain("weights", c);
    combine(rows_of(view.rows), c, update, view.parallel);

    Decision decision = {{"rule_messages", rows},
                         {"rule_weights", view.weights.clone()},
                         {"rule_mean", update.clone()},
                         {"rule_errors", errors}};
    if (round > 1) {  // the pair of this round takes the place of the oldest
      at::Tensor steps = view.state["rule_steps"].roll(-1, 0),
                 changes = view.state["rule_changes"].roll(-1, 0);
      steps[window_ - 1].copy_(step);
      changes[window_ - 1].copy_(update.sub(view.state["rule_mean"]));
      decision.emplace_back("rule_steps", steps);
      decision.emplace_back("rule_changes", changes);
    }
    return decision;
  }

 private:
  std::vector<char> judged(const RowsView& view, const at::Tensor& rows, const at::Tensor& step,
                           at::Tensor& errors) const {
    const int64_t n = view.n(), pairs = std::min(window_, view.clock.round - 2);
    const at::Tensor predicted = curvature_times(view, step, pairs);
    std::vector<double> error(static_cast<size_t>(n));
    const auto measure = [&](int64_t i) {
      error[static_cast<size_t>(i)] =
          rows[i].sub(view.state["rule_messages"][i]).sub_(predicted).to(at::kDouble).norm().item<double>();
    };
    if (rows.is_cpu())
      view.parallel.for_each(n, measure);
    else
      for (int64_t i = 0; i < n; ++i) measure(i);
    double sum = 0;
    for (const double value : error) sum += value;
    errors = errors.roll(-1, 0);
    for (int64_t i = 0; i < n; ++i)
      errors.data_ptr<double>()[(window_ - 1) * n + i] = sum > 0 ? error[static_cast<size_t>(i)] / sum : 0;
    std::vector<double> mean(static_cast<size_t>(n), 0.0);
    const int64_t seen = std::min(window_, view.clock.round - 2);
    for (int64_t r = window_ - seen; r < window_; ++r)
      for (int64_t i = 0; i < n; ++i)
        mean[static_cast<size_t>(i)] +=
            errors.const_data_ptr<double>()[r * n + i] / static_cast<double>(seen);
    view.explain("error", mean);
    std::vector<char> good(static_cast<size_t>(n), 1);
    if (seen < window_ || !two_groups(view, mean)) return good;
    const double threshold = split(mean).threshold;
    for (size_t i = 0; i < good.size(); ++i) good[i] = mean[i] < threshold ? 1 : 0;
    return good;
  }

  // L-BFGS's approximation of the Hessian times v, in compact form (Byrd, Nocedal, Schnabel 1994, equation
  // 3.5), from the inner products of steps S, changes Y and v alone.
  at::Tensor curvature_times(const RowsView& view, const at::Tensor& v, int64_t pairs) const {
    Points points;
    for (const char* name : {"rule_steps", "rule_changes"})
      for (int64_t k = window_ - pairs; k < window_; ++k) points.push_back(view.state[name][k]);
    points.push_back(v);
    points.emplace_back();  // the origin
    const int64_t m = pairs, all = 2 * m + 2;
    const Geometry geometry(all - 1, gram(points, view.parallel));
    const auto inner = [&](int64_t i, int64_t j) { return geometry.inner(i, j, all - 1); };
    at::Tensor product = at::zeros_like(v);
    const double squared = inner(m - 1, m - 1);
    if (!(squared > 0)) return product;
    const double sigma = inner(m - 1, 2 * m - 1) / squared;
    Eigen::MatrixXd middle(2 * m, 2 * m);
    Eigen::VectorXd right(2 * m);
    for (int64_t i = 0; i < m; ++i) {
      right(i) = sigma * inner(i, 2 * m);
      right(m + i) = inner(m + i, 2 * m);
      for (int64_t j = 0; j < m; ++j) {
        middle(i, j) = sigma * inner(i, j);
        middle(i, m + j) = i > j ? inner(i, m + j) : 0;
        middle(m + j, i) = middle(i, m + j);
        middle(m + i, m + j) = i == j ? -inner(i, m + i) : 0;
      }
    }
    const Eigen::VectorXd p = middle.fullPivLu().solve(right);
    Coefficients c(static_cast<size_t>(all), 0.0);
    for (int64_t i = 0; i < m; ++i) {
      c[static_cast<size_t>(i)] = -sigma * p(i);
      c[static_cast<size_t>(m + i)] = -p(m + i);
    }
    c[static_cast<size_t>(2 * m)] = sigma;
    for (const double value : c)
      if (!std::isfinite(value)) return product;
    combine(points, c, product, view.parallel);
    return product;
  }

  // Tibshirani's gap statistic: is the gap at one cluster less than at two, by more than its error?
  bool two_groups(const RowsView& view, const std::vector<double>& values) const {
    constexpr int kReferences = 20;
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    if (!(*high > *low)) return false;
    const auto logs = [](const TwoClusters& s) {
      return std::pair(std::log(s.one + 1e-300), std::log(s.two + 1e-300));
    };
    double one = 0, two = 0, two_squared = 0;
    for (int reference = 0; reference < kReferences; ++reference) {
      std::vector<double> uniform;
      for (size_t i = 0; i < values.size(); ++i)
        uniform.push_back(*low + (*high - *low) * view.random.uniform(static_cast<uint32_t>(reference), i));
      const auto [a, b] = logs(split(uniform));
      one += a / kReferences;
      two += b / kReferences;
      two_squared += b * b / kReferences;
    }
    const auto [a, b] = logs(split(values));
    const double error = std::sqrt(std::max(0.0, two_squared - two * two)) * std::sqrt(1 + 1.0 / kReferences);
    return one - a < two - b - error;
  }

  int64_t window_;
};

const Descriptor kFldetector{
    .kind = Kind::aggregator,
    .name = "fldetector",
    .summary = "mean of the workers whose messages follow from their last ones",
    .citation = "Zhang, Cao, Jia, Gong 2022, arXiv 2207.09209",
    .parameters =
        {{.name = "window", .summary = "rounds remembered", .initial = int64_t{10}, .low = 2, .high = 100}},
    .rule = {.reads = "rows",
             .complexity = "n d",
             .breakdown = "none before the window is full, then f < n / 2",
             .least = 2},
};

}  // namespace
VARANGIAN_REGISTER(Fldetector, kFldetector)
}  // namespace varangian
