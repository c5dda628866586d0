#include "learn/schedules/warmup.h"

namespace varangian {
namespace {

const Descriptor kConstant{
    .kind = Kind::schedule,
    .name = "constant",
    .summary = "The same learning rate in every round",
    .parameters = {warmup_parameter()},
};

class Constant : public WarmedUp {
 public:
  using WarmedUp::WarmedUp;

 protected:
  double shape(int64_t, int64_t) const override { return 1; }
};

}  // namespace

VARANGIAN_REGISTER(Constant, kConstant)

}  // namespace varangian
