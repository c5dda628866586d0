#include "varangian/adversary.h"
#include "varangian/points.h"

#include <ATen/ATen.h>

#include <cmath>

namespace varangian {
namespace {

// Against comparative gradient elimination, which drops the f longest messages: minus the sum of the honest
// ones that will be kept, as long as one may be without being dropped.
class AntiCge final : public OmniscientAdversary {
 public:
  explicit AntiCge(const Values&) {}

  void check(int64_t n, int64_t f) const override {
    if (n - f <= f) throw Error::format("needs more honest workers than liars, and gets {} and {}", n - f, f);
  }

  void forge(const OmniscientView& view, at::Tensor messages) const override {
    const int64_t h = view.honest.count(), kept = h - view.byzantine;
    const Geometry geometry = view.honest.geometry();
    std::vector<double> norms;
    for (int64_t i = 0; i < h; ++i) norms.push_back(geometry.squared_norm(i));
    const std::vector<int64_t> order = smallest(norms, h);
    const Points points = rows_of(view.honest.rows());
    Coefficients sum(static_cast<size_t>(h), 0.0);
    for (int64_t i = 0; i < kept; ++i) sum[static_cast<size_t>(order[static_cast<size_t>(i)])] = -1;
    at::Tensor lie = at::empty_like(view.honest.mean());
    combine(points, sum, lie, view.parallel);
    // Just under the shortest honest message that is to be dropped.
    const double longest = std::sqrt(norms[static_cast<size_t>(order[static_cast<size_t>(kept)])]);
    send_all(lie.div(lie.norm().clamp_min(1e-30)).mul(0.999 * longest), messages);
  }
};

const Descriptor kAntiCge{
    .kind = Kind::adversary,
    .name = "anti_cge",
    .summary = "minus the sum of the shortest honest messages, just short enough to be kept",
    .citation = "El Mhamdi, Guerraoui, Rouault 2021, \"Distributed momentum\" (ICLR), their code",
    .knowledge = "omniscient",
};

}  // namespace
VARANGIAN_REGISTER(AntiCge, kAntiCge)
}  // namespace varangian
