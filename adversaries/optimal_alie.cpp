#include "adversaries/line_search.h"
#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// A little is enough, by the number of deviations that moves this server's update farthest from the honest
// mean.
class OptimalAlie final : public OmniscientAdversary {
 public:
  explicit OptimalAlie(const Values& values)
      : sign_(values.text("sign") == "minus" ? -1.0f : 1.0f), largest_(values.number("largest")) {}

  void forge(const OmniscientView& view, at::Tensor messages) const override {
    send_all(most_damaging(view, view.honest.deviation().mul(sign_), largest_), messages);
  }

 private:
  float sign_;
  double largest_;
};

const Descriptor kOptimalAlie{
    .kind = Kind::adversary,
    .name = "optimal_alie",
    .summary = "mean - t deviation, with the t that this server bears worst",
    .citation =
        "Baruch, Baruch, Goldberg 2019, arXiv 1902.06156; line search after El Mhamdi, Guerraoui, Rouault "
        "2021 (ICLR)",
    .parameters = {{.name = "sign",
                    .summary = "mean minus t deviations, or plus",
                    .initial = std::string("minus"),
                    .choices = {"minus", "plus"}},
                   largest_step()},
    .revision = 2,
    .knowledge = "omniscient",
};

}  // namespace
VARANGIAN_REGISTER(OptimalAlie, kOptimalAlie)
}  // namespace varangian
