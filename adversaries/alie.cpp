#include "adversaries/alie_z.h"
#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// A little is enough: the honest mean, off by as many deviations as leave enough honest workers farther out.
class Alie final : public OmniscientAdversary {
 public:
  explicit Alie(const Values& values)
      : reading_(values.text("quantile")),
        z_(values.number("z")),
        sign_(values.text("sign") == "minus" ? -1 : 1),
        unbiased_(values.text("deviation") == "unbiased") {}

  void check(int64_t n, int64_t f) const override { alie_z(reading_, z_, n, f); }

  void forge(const OmniscientView& view, at::Tensor messages) const override {
    const double z = alie_z(reading_, z_, view.count, view.byzantine);
    send_all(at::add(view.honest.mean(), view.honest.deviation(unbiased_), sign_ * z), messages);
  }

 private:
  std::string reading_;
  double z_;
  double sign_;
  bool unbiased_;
};

const Descriptor kAlie{
    .kind = Kind::adversary,
    .name = "alie",
    .summary = "a little is enough: the honest mean, off by z deviations in every coordinate",
    .citation = "Baruch, Baruch, Goldberg 2019, arXiv 1902.06156",
    .parameters = {{.name = "quantile",
                    .summary =
                        "where z comes from, with s = floor(n / 2) + 1 - f: neurips, Phi(z) = (n - s) / n; "
                        "arxiv (version 1), Phi(z) = (n - f - s) / (n - f); given, the parameter z",
                    .initial = std::string("neurips"),
                    .choices = {"neurips", "arxiv", "given"}},
                   {.name = "z", .summary = "for given", .initial = 1.5, .low = -1e30, .high = 1e30},
                   {.name = "sign",
                    .summary = "mean minus z deviations, or plus",
                    .initial = std::string("minus"),
                    .choices = {"minus", "plus"}},
                   {.name = "deviation",
                    .summary = "divides by h - 1, or by h",
                    .initial = std::string("unbiased"),
                    .choices = {"unbiased", "population"}}},
    .knowledge = "omniscient",
};

}  // namespace
VARANGIAN_REGISTER(Alie, kAlie)
}  // namespace varangian
