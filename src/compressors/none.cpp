#include "varangian/compressor.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// 32-bit floats as they are.
class None final : public Compressor {
 public:
  explicit None(const Values&) {}

  Encoding encoding() const override { return Encoding::dense; }
  bool identity() const override { return true; }

  int64_t encode(const EncodeView& view, at::Tensor wire) const override {
    wire.copy_(view.dense);
    return view.dense.size(0) * payload_bytes(Encoding::dense, view.dense.size(1));
  }
};

const Descriptor kNone{
    .kind = Kind::compressor,
    .name = "none",
    .summary = "32-bit floats as they are; 4 bytes a coordinate",
};

}  // namespace
VARANGIAN_REGISTER(None, kNone)
}  // namespace varangian
