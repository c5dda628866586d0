#include "learn/schedules/warmup.h"

#include <vector>

namespace varangian {
namespace {

const Descriptor kStep{
    .kind = Kind::schedule,
    .name = "step",
    .summary = "The learning rate times `factor` after each round of `at`",
    .parameters = {{.name = "at",
                    .summary =
                        "rounds after which the rate falls: with 400, round 401 is the first at the new rate",
                    .initial = std::vector<int64_t>{},
                    .low = 1,
                    .unit = "rounds",
                    .required = true},
                   {.name = "factor",
                    .summary = "what the rate is multiplied by",
                    .initial = 0.1,
                    .low = 0,
                    .above_low = true},
                   warmup_parameter()},
};

class Step : public WarmedUp {
 public:
  explicit Step(const Values& values)
      : WarmedUp(values), at_(values.integers("at")), factor_(values.number("factor")) {}

 protected:
  double shape(int64_t round, int64_t) const override {
    double product = 1;
    for (const int64_t at : at_)
      if (at < round) product *= factor_;
    return product;
  }

 private:
  std::vector<int64_t> at_;
  double factor_;
};

}  // namespace

VARANGIAN_REGISTER(Step, kStep)

}  // namespace varangian
