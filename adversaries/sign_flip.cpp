#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// Sends the negation of its own honest message. On a sign wire it is the worst that a blind adversary can do.
class SignFlip final : public BlindAdversary {
 public:
  explicit SignFlip(const Values&) {}

  void forge(const BlindView& view, at::Tensor messages) const override { at::neg_out(messages, view.own); }
};

const Descriptor kSignFlip{
    .kind = Kind::adversary,
    .name = "sign_flip",
    .summary = "sends the negation of its own honest message",
    .citation = "Bernstein, Zhao, Azizzadenesheli, Anandkumar 2019, arXiv 1810.05291",
    .knowledge = "blind",
};

}  // namespace
VARANGIAN_REGISTER(SignFlip, kSignFlip)
}  // namespace varangian
