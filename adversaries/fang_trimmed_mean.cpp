#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// Against trimmed mean and median: in every coordinate beyond the honest messages, on the side that the
// update would not go to.
class FangTrimmedMean final : public OmniscientAdversary {
 public:
  explicit FangTrimmedMean(const Values& values)
      : partial_(values.text("knowledge") == "partial"),
        far_(values.text("draw") == "far"),
        factor_(values.number("b")) {}

  bool reads_own() const override { return partial_; }

  void forge(const OmniscientView& view, at::Tensor messages) const override {
    at::Tensor drawn = at::ones_like(messages);  // where in the interval, from its honest end to its far end
    if (!far_) {
      view.random.uniform(drawn, view.workers);
      drawn.add_(1.0f).mul_(0.5f);
    }
    const auto& [near, far] = partial_ ? partial(view) : full(view);
    messages.copy_(far.sub(near).mul(drawn).add(near));
  }

 private:
  // Where the mean is positive below the least, else above the greatest, to b times that or its b-th part.
  std::pair<at::Tensor, at::Tensor> full(const OmniscientView& view) const {
    const at::Tensor &rows = view.honest.rows(), up = view.honest.mean().gt(0);
    const at::Tensor near = at::where(up, rows.amin(0), rows.amax(0));
    return {near, at::where(near.gt(0).ne(up), near.mul(factor_), near.div(factor_))};
  }

  // Three to four deviations from the mean of what their own workers would send.
  static std::pair<at::Tensor, at::Tensor> partial(const OmniscientView& view) {
    const at::Tensor mean = view.own.mean(0),
                     deviation = view.own.size(0) > 1 ? view.own.std(0) : at::zeros_like(mean);
    const at::Tensor away = at::where(mean.gt(0), deviation.neg(), deviation);
    return {mean.add(away, 3), mean.add(away, 4)};
  }

  bool partial_, far_;
  double factor_;
};

const Descriptor kFangTrimmedMean{
    .kind = Kind::adversary,
    .name = "fang_trimmed_mean",
    .summary = "beyond the honest messages in every coordinate, on the wrong side",
    .citation = "Fang, Cao, Jia, Gong 2020, arXiv 1911.11815",
    .parameters = {{.name = "knowledge",
                    .summary = "full: all honest messages; partial: what its own workers would send",
                    .initial = std::string("full"),
                    .choices = {"full", "partial"}},
                   {.name = "draw",
                    .summary = "in the interval: at random in each coordinate, or its far end",
                    .initial = std::string("random"),
                    .choices = {"random", "far"}},
                   {.name = "b",
                    .summary = "the interval's far end is b times the near one (full)",
                    .initial = 2.0,
                    .low = 1.0,
                    .high = 1e6}},
    .knowledge = "omniscient",
};

}  // namespace
VARANGIAN_REGISTER(FangTrimmedMean, kFangTrimmedMean)
}  // namespace varangian
