#include "engine/probe.h"

#include "varangian/columns.h"

#include <ATen/ATen.h>

#include <cmath>

namespace varangian {
namespace {

// Columns that a rule of columns is probed on: enough that the damage there is the damage everywhere but for
// a percent, and that the whole of a model of 100,000 parameters is taken.
constexpr int64_t kSample = 65536, kProbeBlock = 1024;

std::vector<int64_t> sampled_blocks(int64_t columns) {
  const int64_t blocks = (columns + kProbeBlock - 1) / kProbeBlock;
  const int64_t taken = columns <= 2 * kSample ? blocks : kSample / kProbeBlock;
  std::vector<int64_t> begins;
  for (int64_t i = 0; i < taken; ++i) begins.push_back(i * blocks / taken * kProbeBlock);
  return begins;
}

class Probe final : public Line {
 public:
  Probe(const OracleView& view, const at::Tensor& origin, const at::Tensor& direction)
      : view_(view),
        points_(rows_of(select_rows(view.server.wire.rows, view.roster.honest))),
        h_(view.honest.count()) {
    points_.push_back(origin);
    points_.push_back(at::add(origin, direction));
    points_.push_back(view.honest.mean());
    for (at::Tensor& extra : view.defence.extra_points(view.server)) points_.push_back(std::move(extra));
    rule_ = dynamic_cast<const GramRule*>(&view.defence.rule());
    if (rule_ != nullptr || view.defence.has_chain()) basis_.emplace(h_ + 3, gram(points_, view.parallel));
  }

  std::vector<double> damage(std::span<const double> steps) const override {
    return rule_ != nullptr ? by_products(steps) : by_columns(steps);
  }

 private:
  int64_t points() const { return static_cast<int64_t>(points_.size()); }

  // The n messages at step t, as combinations of the honest rows, the origin and the origin plus direction.
  Mixing messages(double step) const {
    const Roster& roster = view_.roster;
    Mixing mixing{.points = points(), .rows = {}};
    mixing.rows.assign(static_cast<size_t>(roster.count), Coefficients(static_cast<size_t>(points()), 0.0));
    for (int64_t i = 0; i < h_; ++i)
      mixing.rows[static_cast<size_t>(roster.honest[static_cast<size_t>(i)])][static_cast<size_t>(i)] = 1;
    for (const int64_t liar : roster.byzantine) {
      mixing.rows[static_cast<size_t>(liar)][static_cast<size_t>(h_)] = 1 - step;
      mixing.rows[static_cast<size_t>(liar)][static_cast<size_t>(h_ + 1)] = step;
    }
    return mixing;
  }

  std::vector<double> by_products(std::span<const double> steps) const {
    std::vector<double> all(steps.size());
    view_.parallel.for_each(static_cast<int64_t>(steps.size()), [&](int64_t i) {
      const Mixing sent = messages(steps[static_cast<size_t>(i)]);
      std::optional<Geometry> geometry = basis_->mixed(sent);
      const std::optional<Mixing> chain = view_.defence.mixing(geometry, view_.server);
      const Coefficients c = view_.defence.coefficients(*rule_, *geometry, view_.server);
      const Mixing update =
          after(chain ? after(sent, *chain) : sent, {.points = geometry->points(), .rows = {c}});
      all[static_cast<size_t>(i)] =
          std::sqrt(basis_->squared_distances_to(update.rows[0])[static_cast<size_t>(h_ + 2)]);
    });
    return all;
  }

  std::vector<double> by_columns(std::span<const double> steps) const {
    const auto& rule = dynamic_cast<const ColumnRule&>(view_.defence.rule());
    std::vector<Mixing> mixings;
    for (const double step : steps) {
      mixings.push_back(messages(step));
      if (!basis_) continue;
      std::optional<Geometry> geometry = basis_->mixed(mixings.back());
      mixings.back() = after(mixings.back(), *view_.defence.mixing(geometry, view_.server));
    }
    const int64_t columns = view_.honest.columns();
    const std::vector<int64_t> begins =
        view_.honest.rows().is_cpu() ? sampled_blocks(columns) : std::vector<int64_t>{0};
    std::vector<double> squares(begins.size() * steps.size());
    view_.parallel.for_each(static_cast<int64_t>(begins.size()), [&](int64_t block) {
      const int64_t begin = begins[static_cast<size_t>(block)],
                    width = begins.size() == 1 ? columns : std::min(kProbeBlock, columns - begin);
      const auto options = view_.honest.rows().options();
      at::Tensor rows = at::empty({static_cast<int64_t>(mixings.front().rows.size()), width}, options),
                 update = at::empty({width}, options);
      const at::Tensor mean = view_.honest.mean().narrow(0, begin, width);
      for (size_t s = 0; s < steps.size(); ++s) {
        mix(points_, mixings[s], begin, rows);
        rule.aggregate({.encoding = Encoding::dense,
                        .rows = rows,
                        .begin = begin,
                        .width = width,
                        .declared_f = view_.server.declared_f,
                        .clock = view_.server.clock,
                        .last_update = view_.server.last_update.narrow(0, begin, width),
                        .random = view_.server.random},
                       update);
        squares[static_cast<size_t>(block) * steps.size() + s] =
            sum_of_squares(update.sub(mean)).item<double>();
      }
    });
    std::vector<double> all(steps.size(), 0.0);
    for (size_t block = 0; block < begins.size(); ++block)
      for (size_t s = 0; s < steps.size(); ++s) all[s] += squares[block * steps.size() + s];
    const double share =
        static_cast<double>(std::min<int64_t>(columns, static_cast<int64_t>(begins.size()) * kProbeBlock)) /
        static_cast<double>(columns);
    for (double& damage : all) damage = std::sqrt(damage / (begins.size() == 1 ? 1.0 : share));
    return all;
  }

  const OracleView& view_;
  Points points_;  // honest rows, origin, origin + direction, honest mean, extra points
  int64_t h_;
  std::optional<Geometry> basis_;
  const GramRule* rule_ = nullptr;
};

}  // namespace

std::unique_ptr<Line> make_probe(const OracleView& view, const at::Tensor& origin,
                                 const at::Tensor& direction) {
  const Aggregator& rule = view.defence.rule();
  if (rule.takes() != Encoding::dense || dynamic_cast<const RowRule*>(&rule) != nullptr) return nullptr;
  return std::make_unique<Probe>(view, origin, direction);
}

}  // namespace varangian
