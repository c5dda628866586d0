#include "learn/schedules/warmup.h"

#include <cmath>
#include <numbers>

namespace varangian {
namespace {

const Descriptor kCosine{
    .kind = Kind::schedule,
    .name = "cosine",
    .summary = "Half a cosine from 1 in the first round to `floor` at the end of the run",
    .citation = "Loshchilov and Hutter 2017 (arXiv 1608.03983), without restarts",
    .parameters = {{.name = "floor",
                    .summary = "the factor that is reached after the last round",
                    .initial = 0.0,
                    .low = 0,
                    .high = 1},
                   warmup_parameter()},
};

class Cosine : public WarmedUp {
 public:
  explicit Cosine(const Values& values) : WarmedUp(values), floor_(values.number("floor")) {}

  bool depends_on_rounds() const override { return true; }

 protected:
  double shape(int64_t round, int64_t rounds) const override {
    const double done = static_cast<double>(round - 1) / static_cast<double>(rounds);
    return floor_ + (1 - floor_) * (1 + std::cos(std::numbers::pi * done)) / 2;
  }

 private:
  double floor_;
};

}  // namespace

VARANGIAN_REGISTER(Cosine, kCosine)

}  // namespace varangian
