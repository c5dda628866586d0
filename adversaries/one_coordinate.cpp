#include "adversaries/line_search.h"
#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// Puts the whole lie into one coordinate, or evenly into all: the mean, off there as far as moves this
// server's update farthest. A small distance in many dimensions hides a large error in one.
class OneCoordinate final : public OmniscientAdversary {
 public:
  explicit OneCoordinate(const Values& values)
      : every_(values.text("where") == "every"), largest_(values.number("largest")) {}

  void forge(const OmniscientView& view, at::Tensor messages) const override {
    const at::Tensor& deviation = view.honest.deviation();
    at::Tensor direction;
    if (every_) {
      direction = at::ones_like(deviation).mul(deviation.mean());
    } else {
      const at::Tensor where = deviation.argmax();
      direction = at::zeros_like(deviation);
      direction.scatter_(0, where.view({1}), deviation.index_select(0, where.view({1})));
    }
    send_all(most_damaging(view, direction, largest_), messages);
  }

 private:
  bool every_;
  double largest_;
};

const Descriptor kOneCoordinate{
    .kind = Kind::adversary,
    .name = "one_coordinate",
    .summary = "hides a large error in one coordinate, as far as this server bears it worst",
    .citation = "El Mhamdi, Guerraoui, Rouault 2018, \"The hidden vulnerability\", arXiv 1802.07927",
    .parameters = {{.name = "where",
                    .summary = "the coordinate that deviates most, or every one by the mean deviation",
                    .initial = std::string("widest"),
                    .choices = {"widest", "every"}},
                   {.name = "largest",
                    .summary = "bound on the step",
                    .initial = 1e4,
                    .low = 0.0,
                    .high = 1e9,
                    .above_low = true,
                    .unit = "deviations"}},
    .revision = 2,
    .knowledge = "omniscient",
};

}  // namespace
VARANGIAN_REGISTER(OneCoordinate, kOneCoordinate)
}  // namespace varangian
