#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// Sends zeros: a worker that gives nothing. On a sign wire a zero still votes, by the codec's rule.
class Zero final : public BlindAdversary {
 public:
  explicit Zero(const Values&) {}

  bool reads_own() const override { return false; }

  void forge(const BlindView&, at::Tensor messages) const override { messages.zero_(); }
};

const Descriptor kZero{
    .kind = Kind::adversary,
    .name = "zero",
    .summary = "sends a vector of zeros",
    .citation = "folklore",
    .knowledge = "blind",
};

}  // namespace
VARANGIAN_REGISTER(Zero, kZero)
}  // namespace varangian
