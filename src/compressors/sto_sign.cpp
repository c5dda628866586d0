#include "varangian/compressor.h"
#include "varangian/signs.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// A coin a coordinate that falls on plus with probability (b + g) / (2 b), g cut to [-b, b]: b times the sign
// is unbiased where |g| <= b. NaN is a fair coin.
class StoSign final : public Compressor {
 public:
  explicit StoSign(const Values& values) : bound_(values.number("b")) {}

  Encoding encoding() const override { return Encoding::signs; }

  int64_t encode(const EncodeView& view, at::Tensor wire) const override {
    const at::Tensor g = view.dense.masked_fill(view.dense.ne(view.dense), 0);  // NaN
    at::Tensor numbers = at::empty_like(g);
    view.random.uniform(numbers, view.workers);
    // u b < g with u uniform on [-1, 1): exact in double, and sure beyond b.
    const at::Tensor plus = numbers.to(at::kDouble).mul_(bounds(g)).lt(g);
    pack_signs(plus.to(at::kFloat).mul_(2).sub_(1), wire);
    return g.size(0) * payload_bytes(Encoding::signs, g.size(1));
  }

 private:
  // [k, 1] or 0-dim. A row of zeros is all fair coins with any bound above 0.
  at::Tensor bounds(const at::Tensor& g) const {
    if (bound_ > 0) return at::full({}, bound_, g.options().dtype(at::kDouble));
    const at::Tensor finite = g.masked_fill(g.sub(g).ne(0), 0);
    const at::Tensor largest = at::maximum(finite, finite.neg()).amax(1, true).to(at::kDouble);
    return largest.masked_fill(largest.eq(0), 1.0);
  }

  double bound_;
};

const Descriptor kStoSign{
    .kind = Kind::compressor,
    .name = "sto_sign",
    .summary = "a random sign, plus with probability (b + g) / (2 b); 1 bit a coordinate",
    .citation = "Jin, Huang, He, Dai, Wu 2020, arXiv 2002.10940",
    .parameters = {{.name = "b",
                    .summary = "larger gradients are cut to it; 0: each message's largest magnitude",
                    .initial = 0.0,
                    .low = 0,
                    .high = 1e30}},
};

}  // namespace
VARANGIAN_REGISTER(StoSign, kStoSign)
}  // namespace varangian
