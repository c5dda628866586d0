#include "adversaries/stretch.h"
#include "varangian/adversary.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

namespace varangian {
namespace {

// The mean, perturbed as far as its squared distances to the honest messages sum to what those of an honest
// one do.
class MinSum final : public OmniscientAdversary {
 public:
  explicit MinSum(const Values& values)
      : direction_(values.text("direction")),
        largest_(values.number("largest")),
        greatest_(values.text("bound") == "greatest") {}

  void forge(const OmniscientView& view, at::Tensor messages) const override {
    const Stretch stretch(view.honest, direction_);
    const int64_t h = view.honest.count();
    std::vector<int64_t> all;
    double bound = greatest_ ? 0 : std::numeric_limits<double>::infinity();
    for (int64_t i = 0; i < h; ++i) {
      double sum = 0;
      for (int64_t j = 0; j < h; ++j) sum += stretch.squared_distance(i, j);
      bound = greatest_ ? std::max(bound, sum) : std::min(bound, sum);
      all.push_back(i);
    }
    send_all(stretch.message(stretch.largest_factor(all, bound), largest_), messages);
  }

 private:
  std::string direction_;
  double largest_;
  bool greatest_;
};

std::vector<Parameter> min_sum_parameters() {
  std::vector<Parameter> all = stretch_parameters();
  all.push_back({.name = "bound",
                 .summary =
                     "over the honest messages' sums: greatest, as in the paper's text; least, as in its "
                     "authors' code",
                 .initial = std::string("greatest"),
                 .choices = {"greatest", "least"}});
  return all;
}

const Descriptor kMinSum{
    .kind = Kind::adversary,
    .name = "min_sum",
    .summary = "perturbs the mean as far as its sum of squared distances stays an honest one",
    .citation = "Shejwalkar, Houmansadr 2021, \"Manipulating the Byzantine\" (NDSS)",
    .parameters = min_sum_parameters(),
    .knowledge = "omniscient",
};

}  // namespace
VARANGIAN_REGISTER(MinSum, kMinSum)
}  // namespace varangian
