#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// Colluders who make the vote of signs tie where they can, so that what the server does with a tie decides;
// where they cannot, all vote against it. Beside an even honest total an odd number of liars comes one vote
// nearer.
class TieSeeker final : public OmniscientAdversary {
 public:
  explicit TieSeeker(const Values&) {}

  void forge(const OmniscientView& view, at::Tensor messages) const override {
    const double f = static_cast<double>(view.workers.size());
    const at::Tensor honest = view.honest.vote();
    // Their total: -f sign S beyond reach; else -S, or one off it, towards minus the sign, when parity
    // forbids.
    const at::Tensor odd = honest.abs().add(f).remainder(2);
    const at::Tensor within = at::where(honest.gt(0), honest.neg().sub(odd), honest.neg().add(odd));
    const at::Tensor total = at::where(honest.abs().gt(f), honest.sign().mul(-f), within).clamp(-f, f);
    // The first (f + total) / 2 of them say +1, the others -1.
    const at::Tensor positive = total.add(f).div(2);
    for (size_t i = 0; i < view.workers.size(); ++i)
      messages[static_cast<int64_t>(i)].copy_(
          positive.gt(static_cast<double>(i)).to(at::kFloat).mul(2).sub(1));
  }
};

const Descriptor kTieSeeker{
    .kind = Kind::adversary,
    .name = "tie_seeker",
    .summary = "colludes to make the vote of signs a tie",
    .citation = "Akoun, Meyer 2022, arXiv 2202.02085",
    .knowledge = "omniscient",
};

}  // namespace
VARANGIAN_REGISTER(TieSeeker, kTieSeeker)
}  // namespace varangian
