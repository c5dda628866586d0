#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// Inner product manipulation: minus a small multiple of the honest mean, so that the update's inner product
// with it turns negative without a distance that would show.
class Ipm final : public OmniscientAdversary {
 public:
  explicit Ipm(const Values& values) {
    const double factor = values.number("factor");
    const std::string form = values.text("form");
    epsilon_ = static_cast<float>(form == "empire" ? factor - 1 : factor);
  }

  void forge(const OmniscientView& view, at::Tensor messages) const override {
    send_all(view.honest.mean().mul(-epsilon_), messages);
  }

 private:
  float epsilon_;
};

const Descriptor kIpm{
    .kind = Kind::adversary,
    .name = "ipm",
    .summary = "inner product manipulation: minus a multiple of the honest mean",
    .citation = "Xie, Koyejo, Gupta 2019, arXiv 1903.03936",
    .parameters = {{.name = "factor", .summary = "see form", .initial = 0.5, .low = 0.0, .high = 1e30},
                   {.name = "form",
                    .summary = "what is sent: epsilon, -factor mean; empire, (1 - factor) mean, as in "
                               "ByzantineMomentum (1.1 there)",
                    .initial = std::string("epsilon"),
                    .choices = {"epsilon", "empire"}}},
    .knowledge = "omniscient",
};

}  // namespace
VARANGIAN_REGISTER(Ipm, kIpm)
}  // namespace varangian
