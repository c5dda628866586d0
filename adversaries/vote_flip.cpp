#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// In every coordinate the vote against what most honest workers say: the worst for a vote of signs, whose
// honest majority then has all f liars against it.
class VoteFlip final : public OmniscientAdversary {
 public:
  explicit VoteFlip(const Values&) {}

  void forge(const OmniscientView& view, at::Tensor messages) const override {
    send_all(view.honest.vote().sign().neg_(), messages);
  }
};

const Descriptor kVoteFlip{
    .kind = Kind::adversary,
    .name = "vote_flip",
    .summary = "votes in every coordinate against the honest majority",
    .citation = "Mengoli et al. 2025, arXiv 2502.19170 (omniscient adversaries on votes)",
    .knowledge = "omniscient",
};

}  // namespace
VARANGIAN_REGISTER(VoteFlip, kVoteFlip)
}  // namespace varangian
