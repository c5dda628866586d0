#include "adversaries/alie_z.h"
#include "varangian/adversary.h"

#include <ATen/ATen.h>

#include <cmath>

namespace varangian {
namespace {

// Relocated orthogonal perturbation: off from between the mean and the last update, by z at an angle to the
// direction in which training goes, so that clipping about the last update keeps it.
class Rop final : public OmniscientAdversary {
 public:
  explicit Rop(const Values& values)
      : pi_(values.number("pi")),
        lambda_(values.number("lambda")),
        angle_(values.number("angle") * 3.14159265358979323846 / 180),
        reading_(values.text("quantile")),
        z_(values.number("z")) {}

  void check(int64_t n, int64_t f) const override { alie_z(reading_, z_, n, f); }

  void forge(const OmniscientView& view, at::Tensor messages) const override {
    const at::Tensor &mean = view.honest.mean(), &last = view.last_update;
    const at::Tensor place = last.mul(pi_).add(mean, 1 - pi_);
    const at::Tensor reference = view.clock.round == 1 ? mean : last.mul(lambda_).add(mean, 1 - lambda_);
    const at::Tensor unit = reference.div(reference.norm().clamp_min(1e-30));
    // All ones, without their part along the reference.
    const at::Tensor across = at::ones_like(unit).sub(unit.mul(unit.sum()));
    const at::Tensor turned =
        across.div(across.norm().clamp_min(1e-30)).mul(std::sin(angle_)).add(unit, std::cos(angle_));
    const double z = alie_z(reading_, z_, view.count, view.byzantine);
    send_all(place.add(turned.div(turned.norm().clamp_min(1e-30)), z), messages);
  }

 private:
  double pi_, lambda_, angle_;
  std::string reading_;
  double z_;
};

const Descriptor kRop{
    .kind = Kind::adversary,
    .name = "rop",
    .summary = "relocated orthogonal perturbation: steps aside from between mean and last update",
    .citation = "Ozfatura, Ozfatura, Kupcu, Gunduz 2023, arXiv 2208.09894",
    .parameters = {{.name = "pi",
                    .summary = "place: share of the last update; the rest is the mean",
                    .initial = 1.0,
                    .low = 0.0,
                    .high = 1.0},
                   {.name = "lambda",
                    .summary = "reference: share of the last update; the rest is the mean",
                    .initial = 0.9,
                    .low = 0.0,
                    .high = 1.0},
                   {.name = "angle",
                    .summary = "between perturbation and reference, from 90 (along across) to 270 (against)",
                    .initial = 270.0,
                    .low = 0.0,
                    .high = 360.0,
                    .unit = "degrees"},
                   {.name = "quantile",
                    .summary = "where the length z comes from; see alie",
                    .initial = std::string("given"),
                    .choices = {"neurips", "arxiv", "given"}},
                   {.name = "z",
                    .summary = "length of the perturbation, for given",
                    .initial = 1.0,
                    .low = 0.0,
                    .high = 1e30}},
    .knowledge = "omniscient",
};

}  // namespace
VARANGIAN_REGISTER(Rop, kRop)
}  // namespace varangian
