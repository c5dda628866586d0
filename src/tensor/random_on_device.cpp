#include "tensor/random_on_device.h"

#include "kernels/normal_quantile.h"

#include <ATen/ATen.h>

#include <array>
#include <vector>

namespace varangian {
namespace {

constexpr int64_t kLow32 = 0xffffffff;

at::Tensor ids_on(at::Device device, std::span<const int64_t> workers) {
  const at::Tensor ids = at::empty({static_cast<int64_t>(workers.size())}, at::kLong);
  std::copy(workers.begin(), workers.end(), ids.data_ptr<int64_t>());
  return ids.to(device);
}

// Philox4x32-10 for every worker and every index 0..blocks-1 (below 2^32): four int64 tensors [k, blocks]
// that hold 32-bit words. The products wrap in int64, and the bits are those of unsigned arithmetic.
std::array<at::Tensor, 4> philox(uint64_t key, std::span<const int64_t> workers, uint32_t round,
                                 int64_t first, int64_t blocks, at::Device device) {
  const auto options = at::TensorOptions().dtype(at::kLong).device(device);
  const int64_t k = static_cast<int64_t>(workers.size());
  std::array<at::Tensor, 4> c = {at::arange(first, first + blocks, options).expand({k, blocks}),
                                 at::zeros({k, blocks}, options),
                                 ids_on(device, workers).unsqueeze(1).expand({k, blocks}),
                                 at::full({k, blocks}, static_cast<int64_t>(round), options)};
  int64_t key0 = static_cast<int64_t>(key & kLow32), key1 = static_cast<int64_t>(key >> 32);
  for (int i = 0; i < 10; ++i) {
    const at::Tensor product0 = c[0] * 0xD2511F53L, product1 = c[2] * 0xCD9E8D57L;
    const at::Tensor high0 = product0.bitwise_right_shift(32).bitwise_and(kLow32);
    const at::Tensor high1 = product1.bitwise_right_shift(32).bitwise_and(kLow32);
    c = {high1.bitwise_xor(c[1]).bitwise_xor(key0), product1.bitwise_and(kLow32),
         high0.bitwise_xor(c[3]).bitwise_xor(key1), product0.bitwise_and(kLow32)};
    key0 = (key0 + 0x9E3779B9L) & kLow32;
    key1 = (key1 + 0xBB67AE85L) & kLow32;
  }
  return c;
}

// Random words in the order of the columns, [k, count], as int32 bits.
at::Tensor words(uint64_t key, std::span<const int64_t> workers, uint32_t round, int64_t first, int64_t count,
                 at::Device device) {
  const auto c = philox(key, workers, round, first / 4, (count + 3) / 4, device);
  return at::stack({c[0], c[1], c[2], c[3]}, 2).flatten(1).narrow(1, 0, count).to(at::kInt);
}

at::Tensor horner(const std::array<float, 9>& c, const at::Tensor& x) {
  at::Tensor y = at::full_like(x, c[0]);
  for (int i = 1; i < 9; ++i) y = y.mul(x).add(c[i]);
  return y;
}

}  // namespace

void fill_normal_on_device(uint64_t key, std::span<const int64_t> workers, uint32_t round, int64_t first,
                           at::Tensor rows) {
  const at::Tensor bits = words(key, workers, round, first, rows.size(1), rows.device());
  const at::Tensor p = bits.bitwise_and(0x7fffffff).to(at::kFloat).add(0.5f).mul(0x1p-32f);
  const at::Tensor y = p.mul(4.0f).mul(p.neg().add(1.0f));

  const at::Tensor raw = y.view(at::kInt);
  const at::Tensor mantissa = raw.bitwise_and(0x007fffff).bitwise_or(0x3f000000).view(at::kFloat);
  const at::Tensor exponent = raw.bitwise_right_shift(23).sub(126).to(at::kFloat);
  // Choices are products with masks of 0 and 1, which are exact.
  const at::Tensor small = mantissa.lt(kernels::kSqrtHalf).to(at::kFloat);
  const at::Tensor e = exponent.sub(small);
  const at::Tensor x = mantissa.mul(small.add(1.0f)).sub(1.0f);
  const at::Tensor z = x.mul(x);
  at::Tensor log = horner(kernels::kLog, x).mul(x).mul(z);
  log = log.add(e.mul(kernels::kLn2Low));
  log = log.sub(z.mul(0.5f));
  log = log.add(x);
  log = log.add(e.mul(kernels::kLn2High));

  const at::Tensor w = log.neg();
  const at::Tensor centre = horner(kernels::kErfinvCentre, w.sub(2.5f));
  // LibTorch's float root is not always the nearest number; that of a double, rounded, is.
  const at::Tensor root = w.clamp_min(0.0f).to(at::kDouble).sqrt().to(at::kFloat);
  const at::Tensor tail = horner(kernels::kErfinvTail, root.sub(3.0f));
  const at::Tensor central = w.lt(5.0f).to(at::kFloat);
  const at::Tensor ratio = centre.mul(central).add(tail.mul(central.neg().add(1.0f)));
  const at::Tensor magnitude = p.mul(2.0f).neg().add(1.0f).mul(kernels::kSqrt2).mul(ratio);
  rows.copy_(magnitude.mul(bits.lt(0).to(at::kFloat).mul(-2.0f).add(1.0f)));
}

void fill_uniform_on_device(uint64_t key, std::span<const int64_t> workers, uint32_t round, int64_t first,
                            at::Tensor rows) {
  const at::Tensor bits = words(key, workers, round, first, rows.size(1), rows.device());
  rows.copy_(bits.bitwise_right_shift(8).to(at::kFloat).mul(0x1p-23f));
}

void fill_signs_on_device(uint64_t key, std::span<const int64_t> workers, uint32_t round, int64_t first,
                          at::Tensor rows) {
  const int64_t count = rows.size(1);
  const auto c = philox(key, workers, round, first / 128, (count + 127) / 128, rows.device());
  const at::Tensor blocks = at::stack({c[0], c[1], c[2], c[3]}, 2).flatten(1).unsqueeze(2);  // [k, words, 1]
  const at::Tensor shifts = at::arange(32, at::TensorOptions().dtype(at::kLong).device(rows.device()));
  const at::Tensor coins = blocks.bitwise_right_shift(shifts).bitwise_and(1).flatten(1).narrow(1, 0, count);
  rows.copy_(coins.mul(-2).add(1));
}

}  // namespace varangian
