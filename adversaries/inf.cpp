#include "varangian/adversary.h"

#include <ATen/ATen.h>

#include <limits>

namespace varangian {
namespace {

// Sends Inf in every coordinate. A rule that bears liars must bear it.
class Infinite final : public BlindAdversary {
 public:
  explicit Infinite(const Values&) {}

  bool reads_own() const override { return false; }

  void forge(const BlindView&, at::Tensor messages) const override {
    messages.fill_(std::numeric_limits<float>::infinity());
  }
};

const Descriptor kInfinite{
    .kind = Kind::adversary,
    .name = "inf",
    .summary = "sends infinity in every coordinate",
    .citation = "folklore",
    .knowledge = "blind",
};

}  // namespace
VARANGIAN_REGISTER(Infinite, kInfinite)
}  // namespace varangian
