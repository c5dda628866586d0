#include "varangian/compressor.h"
#include "varangian/signs.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// One bit a coordinate, really packed. A bit has no room for a zero: `zero` says which sign it takes. NaN is
// treated as 0, so a liar gains nothing by it.
class Sign final : public Compressor {
 public:
  explicit Sign(const Values& values) : zero_(values.text("zero")) {}

  Encoding encoding() const override { return Encoding::signs; }

  bool plain_signs() const override { return zero_ == "plus"; }

  int64_t encode(const EncodeView& view, at::Tensor wire) const override {
    if (plain_signs())
      pack_signs(view.dense, wire);
    else
      pack_signs_with_coins(view.dense, zero_ == "random" ? coins(view, wire) : all_ones(wire), wire);
    return view.dense.size(0) * payload_bytes(Encoding::signs, view.dense.size(1));
  }

 private:
  static at::Tensor all_ones(const at::Tensor& wire) { return at::full_like(wire, -1); }

  static at::Tensor coins(const EncodeView& view, const at::Tensor& wire) {
    at::Tensor signs = at::empty({wire.size(0), wire.size(1) * 64}, wire.options().dtype(at::kFloat));
    view.random.signs(signs, view.workers);
    at::Tensor packed = at::empty_like(wire);
    pack_signs(signs, packed);
    return packed;
  }

  std::string zero_;
};

const Descriptor kSign{
    .kind = Kind::compressor,
    .name = "sign",
    .summary = "the sign of each coordinate; 1 bit a coordinate",
    .citation = "Bernstein, Zhao, Azizzadenesheli, Anandkumar 2019, arXiv 1810.05291, Algorithm 1",
    .parameters = {{.name = "zero",
                    .summary = "which sign 0 (and NaN) takes; plus is the authors' code",
                    .initial = std::string("plus"),
                    .choices = {"plus", "minus", "random"}}},
};

}  // namespace
VARANGIAN_REGISTER(Sign, kSign)
}  // namespace varangian
