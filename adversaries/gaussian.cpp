#include "varangian/adversary.h"

#include <ATen/ATen.h>

#include <vector>

namespace varangian {
namespace {

// Sends a fresh vector of independent N(mean, deviation^2), each liar its own or all the same.
class Gaussian final : public BlindAdversary {
 public:
  explicit Gaussian(const Values& values)
      : mean_(static_cast<float>(values.number("mean"))),
        deviation_(static_cast<float>(values.number("deviation"))),
        shared_(values.flag("shared")) {}

  bool reads_own() const override { return false; }

  void forge(const BlindView& view, at::Tensor messages) const override {
    // One stream for all: the liars may be asked in groups.
    const std::vector<int64_t> same(view.workers.size(), 0);
    view.random.normal(messages, shared_ ? std::span<const int64_t>(same) : view.workers);
    messages.mul_(deviation_).add_(mean_);
  }

 private:
  float mean_;
  float deviation_;
  bool shared_;
};

const Descriptor kGaussian{
    .kind = Kind::adversary,
    .name = "gaussian",
    .summary = "sends a fresh vector of Gaussian noise",
    .citation = "Blanchard, El Mhamdi, Guerraoui, Stainer 2017, arXiv 1703.02757",
    .parameters =
        {{.name = "mean", .summary = "of every coordinate", .initial = 0.0, .low = -1e30, .high = 1e30},
         {.name = "deviation",
          .summary = "standard deviation of every coordinate",
          .initial = 1.0,
          .low = 0.0,
          .high = 1e30},
         {.name = "shared", .summary = "all liars send the same vector (ByzFL)", .initial = false}},
    .knowledge = "blind",
};

}  // namespace
VARANGIAN_REGISTER(Gaussian, kGaussian)
}  // namespace varangian
