// A plugin with a name that the program has already; with -DLACKS_A_FUNCTION one that uses what nobody
// defines.
#include "varangian/adversary.h"

#include <ATen/ATen.h>

#ifdef LACKS_A_FUNCTION
namespace elsewhere {
double factor(int round);
}
#endif

namespace {

using namespace varangian;

class Twin final : public BlindAdversary {
 public:
  explicit Twin(const Values&) {}

  void forge([[maybe_unused]] const BlindView& view, at::Tensor messages) const override {
#ifdef LACKS_A_FUNCTION
    messages.fill_(elsewhere::factor(static_cast<int>(view.clock.round)));
#else
    messages.zero_();
#endif
  }
};

const Descriptor kTwin{
    .kind = Kind::adversary,
    .name = "sign_flip",
    .summary = "a twin",
    .citation = "a test",
    .knowledge = "blind",
};

}  // namespace

VARANGIAN_REGISTER(Twin, kTwin)
