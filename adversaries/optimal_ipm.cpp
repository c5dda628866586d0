#include "adversaries/line_search.h"
#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// Inner product manipulation by the factor that moves this server's update farthest from the honest mean.
class OptimalIpm final : public OmniscientAdversary {
 public:
  explicit OptimalIpm(const Values& values) : largest_(values.number("largest")) {}

  void forge(const OmniscientView& view, at::Tensor messages) const override {
    send_all(most_damaging(view, view.honest.mean().neg(), largest_), messages);
  }

 private:
  double largest_;
};

const Descriptor kOptimalIpm{
    .kind = Kind::adversary,
    .name = "optimal_ipm",
    .summary = "mean - t mean, with the t that this server bears worst",
    .citation =
        "Xie, Koyejo, Gupta 2019, arXiv 1903.03936; line search after El Mhamdi, Guerraoui, Rouault 2021 "
        "(ICLR)",
    .parameters = {largest_step()},
    .revision = 2,
    .knowledge = "omniscient",
};

}  // namespace
VARANGIAN_REGISTER(OptimalIpm, kOptimalIpm)
}  // namespace varangian
