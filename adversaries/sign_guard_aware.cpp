#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// A vector with as many positive, negative and zero coordinates as the honest mean has, in other places: what
// counts signs sees nothing.
class SignGuardAware final : public OmniscientAdversary {
 public:
  explicit SignGuardAware(const Values& values) : uniform_(values.text("magnitude") == "uniform") {}

  void forge(const OmniscientView& view, at::Tensor messages) const override {
    const at::Tensor& mean = view.honest.mean();
    const int64_t columns = mean.numel();
    const Permutation order(view.random, static_cast<uint64_t>(columns), 0, 0);
    at::Tensor places = at::empty({columns}, at::kLong);
    for (int64_t j = 0; j < columns; ++j)
      places.data_ptr<int64_t>()[j] = static_cast<int64_t>(order(static_cast<uint64_t>(j)));
    at::Tensor lie = mean.index_select(0, places.to(mean.device()));
    if (uniform_) {
      at::Tensor sizes = at::empty({1, columns}, mean.options());
      constexpr int64_t kAll[] = {0};
      view.random.uniform(sizes, kAll);
      lie = lie.sign().mul(sizes[0].abs());
    }
    send_all(lie, messages);
  }

 private:
  bool uniform_;
};

const Descriptor kSignGuardAware{
    .kind = Kind::adversary,
    .name = "sign_guard_aware",
    .summary = "random signs, as many of each as the honest mean has",
    .citation =
        "Xu, Huang, Song, Lan 2022, \"SignGuard\", arXiv 2109.05872; attack as in Li et al. 2024, "
        "\"Blades\", arXiv 2206.05359",
    .parameters = {{.name = "magnitude",
                    .summary =
                        "shuffled: those of the mean, so that the norm is an honest one too; uniform: in "
                        "[0, 1), as in Blades",
                    .initial = std::string("shuffled"),
                    .choices = {"shuffled", "uniform"}}},
    .knowledge = "omniscient",
};

}  // namespace
VARANGIAN_REGISTER(SignGuardAware, kSignGuardAware)
}  // namespace varangian
