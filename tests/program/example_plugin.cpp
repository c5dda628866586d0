// The plugin that tests load: an adversary as a user would write it, in a file of its own.
#ifdef PRETEND_OLD_SDK
#define kPluginInfo kThisPluginInfo
#endif
#include "varangian/plugin.h"
#ifdef PRETEND_OLD_SDK
#undef kPluginInfo
namespace varangian {
inline constexpr PluginInfo kPluginInfo = {0, 1, 0, 0, _GLIBCXX_USE_CXX11_ABI};
}
#endif
#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace {

using namespace varangian;

// Sends its honest message reversed in order.
class Reversed final : public BlindAdversary {
 public:
  explicit Reversed(const Values& values) : scale_(values.number("scale")) {}

  void forge(const BlindView& view, at::Tensor messages) const override {
    messages.copy_(view.own.flip(1).mul(scale_));
  }

 private:
  double scale_;
};

const Descriptor kReversed{
    .kind = Kind::adversary,
    .name = "reversed",
    .summary = "sends its honest message with the coordinates in reverse order",
    .citation = "a test",
    .parameters = {{.name = "scale", .summary = "a factor", .initial = 1.0, .low = 0, .high = 100}},
    .knowledge = "blind",
};

}  // namespace

VARANGIAN_REGISTER(Reversed, kReversed)
