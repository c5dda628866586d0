#include "adversaries/alie_z.h"
#include "varangian/adversary.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace varangian {
namespace {

// Few coordinates carry much of the lie: those that pruning would keep get a large multiple of the deviation,
// the others a small one.
class Sparse final : public OmniscientAdversary {
 public:
  explicit Sparse(const Values& values)
      : share_(values.number("share")),
        large_(values.number("large")),
        small_(values.text("small")),
        z_(values.number("z")),
        fence_(values.text("fence")),
        signed_(values.flag("signed")) {}

  void check(int64_t n, int64_t f) const override {
    if (small_ != "min_sum") alie_z(small_, z_, n, f);
  }

  void declare(State& state, int64_t, int64_t columns, at::Device device) const override {
    const auto floats = at::TensorOptions().dtype(at::kFloat).device(device);
    state.add("mask", {Axis::column}, at::zeros({columns}, floats));
    state.add("has_mask", {}, at::zeros({}, floats));
  }

  void forge(const OmniscientView& view, at::Tensor messages) const override {
    const at::Tensor& mean = view.honest.mean();
    const at::Tensor mask = this->mask(view), kept = mask.gt(0);
    const at::Tensor deviation =
        at::where(kept, fenced(view.honest.deviation(), kept), view.honest.deviation());
    const at::Tensor sign = signed_ ? mean.sign() : at::ones_like(mean);
    const at::Tensor most = deviation.mul(mask).mul(large_).mul(sign);
    const at::Tensor rest = deviation.mul(1 - mask).mul(sign);
    const double z =
        small_ == "min_sum" ? stretched(view, most, rest) : alie_z(small_, z_, view.count, view.byzantine);
    send_all(mean.sub(most).sub(rest, z), messages);
  }

 private:
  // By |weight x mean gradient| in the first round of lying, and kept: what one-shot pruning would not
  // remove.
  at::Tensor mask(const OmniscientView& view) const {
    const at::Tensor mask = view.state["mask"], known = view.state["has_mask"];
    if (known.item<float>() == 0) {
      const at::Tensor saliency = view.weights.mul(view.honest.mean()).abs();
      const int64_t keep = std::max<int64_t>(1, std::llround(share_ * static_cast<double>(mask.numel())));
      mask.scatter_(0, std::get<1>(saliency.topk(keep)), 1.0);
      known.fill_(1);
    }
    return mask;
  }

  // Deviations of the mask that stick out of it are cut.
  at::Tensor fenced(const at::Tensor& deviation, const at::Tensor& kept) const {
    const at::Tensor inside = std::get<0>(deviation.masked_select(kept).sort());
    if (fence_ == "none" || inside.numel() < 4) return deviation;
    if (fence_ == "z_score")
      return deviation.clamp_max(inside.mean().item<double>() + 2 * inside.std().item<double>());
    const double low = inside[inside.numel() / 4].item<double>(),
                 high = inside[inside.numel() * 3 / 4].item<double>();
    return deviation.clamp_max(high + 1.5 * (high - low));
  }

  // The z with which the sum of squared distances to the honest messages is the least honest one (Min-Sum).
  double stretched(const OmniscientView& view, const at::Tensor& most, const at::Tensor& rest) const {
    const at::Tensor start = view.honest.mean().sub(most), end = start.sub(rest);
    const int64_t h = view.honest.count();
    const Geometry geometry = view.honest.geometry({start, end});
    double bound = std::numeric_limits<double>::infinity(), at_start = 0, at_end = 0;
    for (int64_t i = 0; i < h; ++i) {
      double sum = 0;
      for (int64_t j = 0; j < h; ++j) sum += geometry.squared_distance(i, j);
      bound = std::min(bound, sum);
      at_start += geometry.squared_distance(i, h);
      at_end += geometry.squared_distance(i, h + 1);
    }
    const double square = static_cast<double>(h) * geometry.squared_distance(h, h + 1);
    const double slope = at_end - at_start - square, room = slope * slope - 4 * square * (at_start - bound);
    return square > 0 && room > 0 ? std::max(0.0, (-slope + std::sqrt(room)) / (2 * square)) : 0;
  }

  double share_, large_;
  std::string small_;
  double z_;
  std::string fence_;
  bool signed_;
};

const Descriptor kSparse{
    .kind = Kind::adversary,
    .name = "sparse",
    .summary = "a large lie in the coordinates that pruning would keep, a small one elsewhere",
    .citation = "Ozfatura, Ozfatura, Kupcu, Gunduz 2024, arXiv 2404.06230",
    .parameters =
        {{.name = "share",
          .summary = "of the coordinates in the mask",
          .initial = 0.01,
          .low = 0.0,
          .high = 1.0,
          .above_low = true},
         {.name = "large", .summary = "deviations in the mask", .initial = 1.5, .low = 0.0, .high = 1e30},
         {.name = "small",
          .summary = "deviations elsewhere: by a reading of z (see alie), or as large as Min-Sum allows",
          .initial = std::string("given"),
          .choices = {"neurips", "arxiv", "given", "min_sum"}},
         {.name = "z", .summary = "for given", .initial = 0.25, .low = 0.0, .high = 1e30},
         {.name = "fence",
          .summary = "cuts deviations in the mask: beyond 1.5 quartile ranges, or two deviations",
          .initial = std::string("iqr"),
          .choices = {"none", "iqr", "z_score"}},
         {.name = "signed",
          .summary = "against the mean's sign in each coordinate; else always down",
          .initial = false}},
    .knowledge = "omniscient",
};

}  // namespace
VARANGIAN_REGISTER(Sparse, kSparse)
}  // namespace varangian
