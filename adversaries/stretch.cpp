#include "adversaries/stretch.h"

#include <ATen/ATen.h>

namespace varangian {

std::vector<Parameter> stretch_parameters() {
  return {{.name = "direction",
           .summary = "of the perturbation, away from the mean: its unit vector, its signs, or the "
                      "deviation",
           .initial = std::string("unit"),
           .choices = {"unit", "sign", "deviation"}},
          {.name = "largest",
           .summary = "bound on the perturbation's factor (the bisection's range in others' codes); "
                      "0: none",
           .initial = 0.0,
           .low = 0.0,
           .high = 1e30}};
}
namespace {

at::Tensor direction_of(const HonestRows& honest, const std::string& name) {
  if (name == "deviation") return honest.deviation();
  if (name == "sign") return honest.mean().sign();
  return honest.mean().div(honest.mean().norm().clamp_min(1e-30));
}

}  // namespace

Stretch::Stretch(const HonestRows& honest, const std::string& direction)
    : honest_(honest),
      direction_(direction_of(honest, direction)),
      geometry_(honest.geometry({honest.mean(), honest.mean().sub(direction_)})) {}

double Stretch::largest_factor(const std::vector<int64_t>& who, double bound) const {
  const int64_t mean = honest_.count(), end = mean + 1;
  double at_mean = 0, at_end = 0;
  for (const int64_t i : who) {
    at_mean += geometry_.squared_distance(i, mean);
    at_end += geometry_.squared_distance(i, end);
  }
  // at_mean + slope g + square g^2, which passes through at_end at g = 1.
  const double square = static_cast<double>(who.size()) * geometry_.squared_distance(mean, end);
  const double slope = at_end - at_mean - square, room = slope * slope - 4 * square * (at_mean - bound);
  if (!(square > 0) || !(room >= 0) || !std::isfinite(room)) return 0;
  return std::max(0.0, (-slope + std::sqrt(room)) / (2 * square));
}

at::Tensor Stretch::message(double g, double largest) const {
  return at::sub(honest_.mean(), direction_, largest > 0 ? std::min(g, largest) : g);
}

}  // namespace varangian
