#include "learn/schedules/warmup.h"

#include <cmath>

namespace varangian {
namespace {

const Descriptor kInverseSqrt{
    .kind = Kind::schedule,
    .name = "inverse_sqrt",
    .summary = "1 / sqrt(t) in round t",
    .citation = "Bernstein et al. 2018 (arXiv 1802.04434), Theorem 3",
    .parameters = {warmup_parameter()},
};

class InverseSqrt : public WarmedUp {
 public:
  using WarmedUp::WarmedUp;

 protected:
  double shape(int64_t round, int64_t) const override { return 1 / std::sqrt(static_cast<double>(round)); }
};

}  // namespace

VARANGIAN_REGISTER(InverseSqrt, kInverseSqrt)

}  // namespace varangian
