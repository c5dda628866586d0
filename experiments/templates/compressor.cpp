// A codec of my own: what can be said on the wire. Honest rows and forged ones pass through it alike.
#include "varangian/compressor.h"

#include <ATen/ATen.h>

namespace {

using namespace varangian;

// Keeps the leading bits of every coordinate, by rounding to multiples of a step.
class MyComponent final : public Compressor {
 public:
  explicit MyComponent(const Values& values) : step_(values.number("step")) {}

  Encoding encoding() const override { return Encoding::dense; }

  // Returns the bytes that these rows take on the wire; varangian/packed_compressor.h counts them from real
  // bits.
  int64_t encode(const EncodeView& view, at::Tensor wire) const override {
    wire.copy_(view.dense.div(step_).round().mul(step_));
    return view.dense.size(0) * payload_bytes(Encoding::dense, view.dense.size(1));
  }

 private:
  double step_;
};

const Descriptor kMyComponent{
    .kind = Kind::compressor,
    .name = "my_component",
    .summary = "rounds every coordinate to a multiple of a step",
    .citation = "mine",
    .parameters = {{.name = "step", .summary = "of the grid", .initial = 0.001, .low = 0, .above_low = true}},
};

}  // namespace

VARANGIAN_REGISTER(MyComponent, kMyComponent)
