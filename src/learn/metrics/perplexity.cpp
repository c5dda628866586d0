#include "learn/metric.h"

#include <ATen/ATen.h>

#include <cmath>

namespace varangian {
namespace {

const Descriptor kPerplexity{
    .kind = Kind::metric,
    .name = "perplexity",
    .summary = "exp of the mean loss, for the losses cross_entropy and nll",
};

class Perplexity : public Metric {
 public:
  explicit Perplexity(const Values&) {}

  bool classifies() const override { return true; }
  std::vector<std::string> columns(int64_t) const override { return {"perplexity"}; }
  int64_t count(int64_t) const override { return 1; }

  at::Tensor sums(const at::Tensor&, const at::Tensor&, const at::Tensor& losses) const override {
    return losses.sum({0}, /*keepdim=*/true, at::kDouble);
  }

  std::vector<double> finish(std::span<const double> sums, int64_t samples) const override {
    return {std::exp(sums[0] / static_cast<double>(samples))};
  }
};

}  // namespace

VARANGIAN_REGISTER(Perplexity, kPerplexity)

}  // namespace varangian
