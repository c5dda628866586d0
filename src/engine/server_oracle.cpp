#include "engine/server_oracle.h"

#include "engine/probe.h"
#include "varangian/columns.h"

#include <ATen/ATen.h>

#include <cmath>

namespace varangian {
namespace {

// For rules that must be run: every step is a whole aggregation.
class WholeLine final : public Line {
 public:
  WholeLine(const ServerOracle& oracle, const HonestRows& honest, at::Tensor origin, at::Tensor direction)
      : oracle_(oracle), honest_(honest), origin_(std::move(origin)), direction_(std::move(direction)) {}

  std::vector<double> damage(std::span<const double> steps) const override {
    std::vector<double> all;
    for (const double step : steps)
      all.push_back(
          std::sqrt(sum_of_squares(oracle_.update(at::add(origin_, direction_, step)).sub(honest_.mean()))
                        .item<double>()));
    return all;
  }

 private:
  const ServerOracle& oracle_;
  const HonestRows& honest_;
  at::Tensor origin_, direction_;
};

}  // namespace

ServerOracle::~ServerOracle() {
  for (size_t i = 0; i < saved_.size(); ++i)
    view_.server.wire.rows[view_.roster.byzantine[i]].copy_(saved_[i]);
}

at::Tensor ServerOracle::update(const at::Tensor& message, Explanation* explanation) const {
  const at::Tensor& rows = view_.server.wire.rows;
  if (saved_.empty())
    for (const int64_t liar : view_.roster.byzantine) saved_.push_back(rows[liar].clone());
  for (const int64_t liar : view_.roster.byzantine)
    if (view_.encode)
      view_.encode(message, liar);
    else
      rows[liar].copy_(message);
  at::Tensor update = at::empty({view_.server.wire.columns}, message.options());
  DefenceView server = view_.server;
  server.explanation = explanation;
  view_.defence.decide(server, update, view_.parallel);
  return update;
}

std::unique_ptr<Line> ServerOracle::line(const at::Tensor& origin, const at::Tensor& direction) const {
  if (auto probe = make_probe(view_, origin, direction)) return probe;
  return std::make_unique<WholeLine>(*this, view_.honest, origin, direction);
}

}  // namespace varangian
