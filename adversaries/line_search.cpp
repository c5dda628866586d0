#include "adversaries/line_search.h"

#include "varangian/columns.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace varangian {
namespace {

constexpr int kGrid = 128;  // steps from largest / 2^14 to largest: a ratio of 1.08
constexpr int kPeaks = 4;
// Steps that cut a peak's interval, time after time: first by 0.5 % of t, because the damage jumps.
constexpr int kInside[] = {60, 10, 10, 10};

struct Peak {
  double low, best, high, damage;
};

double finite_or_none(double damage) { return std::isfinite(damage) ? damage : -1; }

std::vector<Peak> peaks_of(const Line& line, double largest) {
  std::vector<double> steps = {0};
  for (int i = 0; i < kGrid; ++i) steps.push_back(largest * std::exp2(-14.0 * (kGrid - 1 - i) / (kGrid - 1)));
  const std::vector<double> damage = line.damage(steps);
  std::vector<Peak> peaks;
  for (size_t i = 0; i < steps.size(); ++i) {
    const bool first = i == 0, last = i + 1 == steps.size();
    if ((first || damage[i] >= damage[i - 1]) && (last || damage[i] >= damage[i + 1]))
      // Two steps to each side: what jumps may be higher beyond the neighbour.
      peaks.push_back({i < 2 ? 0 : steps[i - 2], steps[i], i + 2 < steps.size() ? steps[i + 2] : largest,
                       finite_or_none(damage[i])});
  }
  std::stable_sort(peaks.begin(), peaks.end(),
                   [](const Peak& a, const Peak& b) { return a.damage > b.damage; });
  if (peaks.size() > kPeaks) peaks.resize(kPeaks);
  return peaks;
}

void narrow(const Line& line, std::vector<Peak>& peaks, int inside) {
  std::vector<double> steps;
  for (const Peak& peak : peaks)
    for (int i = 1; i <= inside; ++i) steps.push_back(peak.low + (peak.high - peak.low) * i / (inside + 1));
  const std::vector<double> damage = line.damage(steps);
  for (size_t p = 0; p < peaks.size(); ++p) {
    Peak& peak = peaks[p];
    const double width = (peak.high - peak.low) / (inside + 1), floor = peak.low, ceiling = peak.high;
    for (size_t i = p * static_cast<size_t>(inside); i < (p + 1) * static_cast<size_t>(inside); ++i)
      if (finite_or_none(damage[i]) > peak.damage) peak.best = steps[i], peak.damage = damage[i];
    peak.low = std::max(floor, peak.best - width);
    peak.high = std::min(ceiling, peak.best + width);
  }
}

}  // namespace

Parameter largest_step() {
  return {.name = "largest",
          .summary = "bound on the step",
          .initial = 100.0,
          .low = 0.0,
          .high = 1e6,
          .above_low = true};
}

at::Tensor most_damaging(const OmniscientView& view, const at::Tensor& direction, double largest) {
  const at::Tensor& mean = view.honest.mean();
  const std::unique_ptr<Line> line = view.oracle.line(mean, direction);
  std::vector<Peak> peaks = peaks_of(*line, largest);
  for (const int inside : kInside) narrow(*line, peaks, inside);
  std::stable_sort(peaks.begin(), peaks.end(),
                   [](const Peak& a, const Peak& b) { return a.damage > b.damage; });

  // A probe is off by roundings, and by a percent where it saw a sample of the columns: at the edge of what a
  // rule still selects, the server may already have let go.
  constexpr double kKept = 0.97;
  at::Tensor best = mean;
  double most = -1;
  for (const Peak& peak : peaks)
    for (const double nearer : {1.0, 1 - 1e-4, 1 - 1e-3, 1 - 1e-2}) {
      if (most >= kKept * peak.damage) return best;
      const at::Tensor lie = at::add(mean, direction, peak.best * nearer);
      const double damage =
          finite_or_none(std::sqrt(sum_of_squares(view.oracle.update(lie).sub(mean)).item<double>()));
      if (damage > most) most = damage, best = lie;
    }
  return best;
}

}  // namespace varangian
