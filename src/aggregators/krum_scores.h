#pragma once

#include "varangian/geometry.h"

#include <string>

namespace varangian {

/// What Krum measures, by whose code: "paper" (squared distances to n - f - 2 others), "byzfl" (squared, n -
/// f
/// - 1 others), "plain" (distances themselves, n - f - 1 others: ByzantineMomentum, Garfield, FLPoison),
/// "fourth_power" (squared distances squared again, n - f - 2 others: Blades, epfml).
struct KrumVariant {
  explicit KrumVariant(const std::string& name);

  double power;   ///< of the distance
  int64_t fewer;  ///< neighbours: n - f - fewer
};

/// The sum over each chosen message's nearest others among the chosen; infinite for all that are not chosen.
std::vector<double> krum_scores(const Geometry& geometry, const std::vector<int64_t>& chosen, int64_t f,
                                const KrumVariant& variant);

}  // namespace varangian
