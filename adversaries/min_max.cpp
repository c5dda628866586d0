#include "adversaries/stretch.h"
#include "varangian/adversary.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

namespace varangian {
namespace {

// The mean, perturbed as far as no honest message is farther from it than two honest ones are from each
// other.
class MinMax final : public OmniscientAdversary {
 public:
  explicit MinMax(const Values& values)
      : direction_(values.text("direction")), largest_(values.number("largest")) {}

  void forge(const OmniscientView& view, at::Tensor messages) const override {
    const Stretch stretch(view.honest, direction_);
    double bound = 0;
    for (int64_t i = 0; i < view.honest.count(); ++i)
      for (int64_t j = 0; j < i; ++j) bound = std::max(bound, stretch.squared_distance(i, j));
    double factor = std::numeric_limits<double>::infinity();
    for (int64_t i = 0; i < view.honest.count(); ++i)
      factor = std::min(factor, stretch.largest_factor({i}, bound));
    send_all(stretch.message(factor, largest_), messages);
  }

 private:
  std::string direction_;
  double largest_;
};

const Descriptor kMinMax{
    .kind = Kind::adversary,
    .name = "min_max",
    .summary = "perturbs the mean as far as its distances stay below the honest ones",
    .citation = "Shejwalkar, Houmansadr 2021, \"Manipulating the Byzantine\" (NDSS)",
    .parameters = stretch_parameters(),
    .knowledge = "omniscient",
};

}  // namespace
VARANGIAN_REGISTER(MinMax, kMinMax)
}  // namespace varangian
