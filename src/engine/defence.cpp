#include "engine/defence.h"

#include "core/blame.h"
#include "kernels/signs.h"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace varangian {
namespace {

constexpr int64_t kDefenceBlock = 8192;  // a multiple of 128; 27 rows of it fit a 1 MiB cache

// Mixed messages lie beside the messages: half a MiB of them, of 15 and more.
int64_t mixed_block(size_t messages) {
  const int64_t columns = 131072 / static_cast<int64_t>(messages) / 128 * 128;
  return std::clamp<int64_t>(columns, 128, kDefenceBlock);
}

std::string shape_of(const at::Tensor& tensor) {
  if (!tensor.defined()) return "nothing";
  return fmt::format("{} [{}] on {}", toString(tensor.scalar_type()), fmt::join(tensor.sizes(), ", "),
                     tensor.device().str());
}

// What a step hands on is read by index: a plugin's mistake must end here.
const Mixing& checked(const Mixing& mixing, int64_t outputs, int64_t points) {
  if (static_cast<int64_t>(mixing.rows.size()) != outputs || mixing.points != points)
    throw Error::format("its mixing makes {} messages of {} points; want {} of {}", mixing.rows.size(),
                        mixing.points, outputs, points);
  for (const Coefficients& row : mixing.rows)
    if (static_cast<int64_t>(row.size()) != points)
      throw Error::format("a row of its mixing has {} coefficients, want {}", row.size(), points);
  return mixing;
}

const Coefficients& checked(const Coefficients& coefficients, int64_t points) {
  if (static_cast<int64_t>(coefficients.size()) != points)
    throw Error::format("it returns {} coefficients, want {}: messages, origin and what it asked for",
                        coefficients.size(), points);
  return coefficients;
}

const Decision& checked(const Decision& decision, const State& state) {
  for (const auto& [name, value] : decision) {
    const at::Tensor& known = state[name];
    if (!value.defined() || value.sizes() != known.sizes() || value.scalar_type() != known.scalar_type() ||
        value.device() != known.device())
      throw Error::format("it remembers \"{}\" as {}, but declared it as {}", name, shape_of(value),
                          shape_of(known));
  }
  return decision;
}

}  // namespace

Mixing after(const Mixing& a, const Mixing& b) {
  Mixing all{.points = a.points, .rows = {}};
  const size_t messages = a.rows.size(), extras = static_cast<size_t>(b.points) - messages;
  for (const Coefficients& row : b.rows) {
    if (is_lost(row)) {
      all.rows.push_back(lost(a.points));
      continue;
    }
    Coefficients c(static_cast<size_t>(a.points), 0.0);
    for (size_t i = 0; i < messages; ++i)
      if (row[i] != 0)
        for (size_t j = 0; j < c.size(); ++j) c[j] += row[i] * a.rows[i][j];
    for (size_t e = 0; e < extras; ++e) c[c.size() - extras + e] += row[messages + e];
    all.rows.push_back(std::move(c));
  }
  return all;
}

Defence::Defence(std::vector<std::unique_ptr<PreAggregator>> chain, std::unique_ptr<Aggregator> rule)
    : chain_(std::move(chain)), rule_(std::move(rule)) {}

bool Defence::reads_gram() const {
  return !chain_.empty() || dynamic_cast<const GramRule*>(rule_.get()) != nullptr;
}

int64_t Defence::outputs(int64_t n) const {
  for (const auto& step : chain_) n = step->outputs(n);
  return n;
}

Encoding Defence::gives() const {
  const auto* rule = dynamic_cast<const ColumnRule*>(rule_.get());
  return rule == nullptr ? Encoding::dense : rule->gives();
}

void Defence::declare(State& state, int64_t n, int64_t columns, at::Device device) const {
  if (const auto* rule = dynamic_cast<const RowRule*>(rule_.get()))
    blaming(*rule, 0, [&] { rule->declare(state, outputs(n), columns, device); });
}

Points Defence::extra_points(const DefenceView& view) const {
  Points extra(1);
  if (const auto* rule = dynamic_cast<const GramRule*>(rule_.get());
      rule != nullptr && rule->reads_last_update())
    extra.push_back(view.last_update);
  if (view.reference.defined()) extra.push_back(view.reference);
  return extra;
}

std::optional<Mixing> Defence::mixing(std::optional<Geometry>& geometry, const DefenceView& view) const {
  std::optional<Mixing> mixing;
  for (const auto& step : chain_) {
    const Mixing next = blaming(*step, view.clock.round, [&] {
      return checked(step->mixing({.geometry = *geometry,
                                   .declared_f = view.declared_f,
                                   .clock = view.clock,
                                   .random = view.random,
                                   .explanation = view.explanation}),
                     step->outputs(geometry->n()), geometry->points());
    });
    geometry = geometry->mixed(next);
    mixing = mixing ? after(*mixing, next) : next;
  }
  return mixing;
}

Coefficients Defence::coefficients(const GramRule& rule, const Geometry& geometry,
                                   const DefenceView& view) const {
  return blaming(rule, view.clock.round, [&] {
    return checked(rule.coefficients({.geometry = geometry,
                                      .declared_f = view.declared_f,
                                      .clock = view.clock,
                                      .random = view.random,
                                      .explanation = view.explanation}),
                   geometry.points());
  });
}

Decision Defence::decide(const DefenceView& view, at::Tensor update, Parallel& parallel) const {
  Points points;
  std::optional<Geometry> geometry;
  if (reads_gram()) {
    points = rows_of(view.wire.rows);
    for (at::Tensor& extra : extra_points(view)) points.push_back(std::move(extra));
    geometry.emplace(view.wire.workers(), gram(points, parallel));
  }
  const std::optional<Mixing> mixing = this->mixing(geometry, view);

  if (const auto* rule = dynamic_cast<const GramRule*>(rule_.get())) {
    const Coefficients c = coefficients(*rule, *geometry, view);
    if (view.explanation != nullptr) (*view.explanation)["weights"] = c;
    combine(points, mixing ? after(*mixing, {.points = geometry->points(), .rows = {c}}).rows[0] : c, update,
            parallel);
    return {};
  }
  if (const auto* rule = dynamic_cast<const ColumnRule*>(rule_.get())) {
    blaming(*rule, view.clock.round,
            [&] { by_columns(*rule, view, points, mixing ? &*mixing : nullptr, update, parallel); });
    return {};
  }
  const RowRule& rule = dynamic_cast<const RowRule&>(*rule_);
  at::Tensor rows = view.wire.rows;
  if (mixing) {
    rows = at::empty({static_cast<int64_t>(mixing->rows.size()), view.wire.columns}, update.options());
    for_each_block(view.wire.columns, update, parallel, [&](int64_t begin, int64_t width) {
      mix(points, *mixing, begin, rows.narrow(1, begin, width));
    });
  }
  return blaming(rule, view.clock.round, [&] {
    return checked(rule.decide({.rows = rows,
                                .columns = view.wire.columns,
                                .declared_f = view.declared_f,
                                .clock = view.clock,
                                .last_update = view.last_update,
                                .weights = view.weights,
                                .reference = view.reference,
                                .layers = view.layers,
                                .random = view.random,
                                .state = view.state,
                                .parallel = parallel,
                                .explanation = view.explanation},
                               update),
                   view.state);
  });
}

void Defence::by_columns(const ColumnRule& rule, const DefenceView& view, const Points& points,
                         const Mixing* mixing, at::Tensor update, Parallel& parallel) const {
  const int64_t columns = view.wire.columns;
  const int64_t longest = !update.is_cpu()    ? columns
                          : mixing != nullptr ? mixed_block(mixing->rows.size())
                                              : kDefenceBlock;
  parallel.for_each((columns + longest - 1) / longest, [&](int64_t block) {
    const int64_t begin = block * longest, width = std::min(longest, columns - begin);
    at::Tensor rows;
    if (mixing != nullptr) {
      rows = at::empty({static_cast<int64_t>(mixing->rows.size()), width}, view.last_update.options());
      mix(points, *mixing, begin, rows);
    } else if (view.wire.encoding == Encoding::signs) {
      rows = view.wire.rows.narrow(1, begin / 64, kernels::sign_words(width));
    } else {
      rows = view.wire.rows.narrow(1, begin, width);
    }
    const ColumnBlock column_block{.encoding = view.wire.encoding,
                                   .rows = rows,
                                   .begin = begin,
                                   .width = width,
                                   .declared_f = view.declared_f,
                                   .clock = view.clock,
                                   .last_update = view.last_update.narrow(0, begin, width),
                                   .random = view.random};
    if (update.scalar_type() == at::kLong)
      rule.vote(column_block, update.narrow(0, begin / 64, kernels::sign_words(width)));
    else
      rule.aggregate(column_block, update.narrow(0, begin, width));
  });
}

void Defence::commit(State& state, const Decision& decision) {
  for (const auto& [name, value] : decision) at::Tensor(state[name]).copy_(value);
}

}  // namespace varangian
