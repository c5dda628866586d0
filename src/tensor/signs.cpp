#include "tensor/signs_on_device.h"

#include "kernels/majority.h"
#include "kernels/signs.h"
#include "tensor/own_kernels.h"
#include "varangian/error.h"
#include "varangian/message.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

uint64_t* words_of(const at::Tensor& tensor) {
  return reinterpret_cast<uint64_t*>(tensor.data_ptr<int64_t>());
}

at::Tensor shifts_on(at::Device device) {
  return at::arange(64, at::TensorOptions().dtype(at::kLong).device(device));
}

// Bits of words [.., w] as int64 0 or 1, [.., 64 w].
at::Tensor bits_of(const at::Tensor& words) {
  return words.unsqueeze(-1).bitwise_right_shift(shifts_on(words.device())).bitwise_and(1).flatten(-2);
}

}  // namespace

void pack_signs(const at::Tensor& dense, at::Tensor wire) {
  if constexpr (kernels::cuda::kBuilt)
    if (suits_cuda_kernels(dense))
      return kernels::cuda::pack_signs(dense.data_ptr<float>(), dense.size(0), dense.stride(0), dense.size(1),
                                       nullptr, 0, words_of(wire), wire.stride(0),
                                       kernels::cuda::kDefaultStream);
  if (!dense.is_cpu()) return pack_bits_on_device(dense.lt(0), wire);
  VARANGIAN_ASSERT_EQ(dense.stride(1), 1);
  for (int64_t r = 0; r < dense.size(0); ++r)
    kernels::pack_signs(dense.data_ptr<float>() + r * dense.stride(0), dense.size(1),
                        words_of(wire) + r * wire.stride(0));
}

void pack_signs_with_coins(const at::Tensor& dense, const at::Tensor& coins, at::Tensor wire) {
  if constexpr (kernels::cuda::kBuilt)
    if (suits_cuda_kernels(dense))
      return kernels::cuda::pack_signs(dense.data_ptr<float>(), dense.size(0), dense.stride(0), dense.size(1),
                                       words_of(coins), coins.stride(0), words_of(wire), wire.stride(0),
                                       kernels::cuda::kDefaultStream);
  if (!dense.is_cpu()) {
    const at::Tensor unsigned_mask = dense.lt(0).bitwise_or(dense.gt(0)).bitwise_not();
    const at::Tensor coin = bits_of(coins).narrow(-1, 0, dense.size(1)).ne(0);
    return pack_bits_on_device(dense.lt(0).bitwise_or(unsigned_mask.bitwise_and(coin)), wire);
  }
  VARANGIAN_ASSERT_EQ(dense.stride(1), 1);
  for (int64_t r = 0; r < dense.size(0); ++r)
    kernels::pack_signs_with_coins(dense.data_ptr<float>() + r * dense.stride(0), dense.size(1),
                                   words_of(coins) + r * coins.stride(0),
                                   words_of(wire) + r * wire.stride(0));
}

void majority(const at::Tensor& wire, at::Tensor negative, at::Tensor undecided, int64_t quorum) {
  if (quorum == 0) quorum = wire.size(0) / 2 + 1;
  if constexpr (kernels::cuda::kBuilt)
    if (suits_cuda_kernels(wire) && wire.size(0) < 65536)
      return kernels::cuda::majority(words_of(wire), wire.size(0), wire.stride(0), wire.size(1), quorum,
                                     words_of(negative), words_of(undecided), kernels::cuda::kDefaultStream);
  if (!wire.is_cpu()) return majority_on_device(wire, negative, undecided, quorum);
  kernels::majority(words_of(wire), wire.size(0), wire.stride(0), wire.size(1), quorum, words_of(negative),
                    words_of(undecided));
}

void unpack_signs(const at::Tensor& words, at::Tensor out) {
  if constexpr (kernels::cuda::kBuilt)
    if (suits_cuda_kernels(words))
      return kernels::cuda::unpack_signs(words_of(words), out.numel(), out.data_ptr<float>(),
                                         kernels::cuda::kDefaultStream);
  if (!words.is_cpu()) return unpack_signs_on_device(words, out);
  kernels::unpack_signs(words_of(words), out.numel(), out.data_ptr<float>());
}

at::Tensor dense_row(const Messages& messages, int64_t row) {
  if (messages.encoding == Encoding::dense) return messages.rows[row];
  at::Tensor signs = at::empty({messages.columns}, messages.rows.options().dtype(at::kFloat));
  unpack_signs(messages.rows[row], signs);
  return signs;
}

void pack_bits_on_device(const at::Tensor& bits, at::Tensor wire) {
  const int64_t padding = wire.size(1) * 64 - bits.size(1);
  const at::Tensor padded =
      at::constant_pad_nd(bits.to(at::kLong), {0, padding}).unflatten(1, {wire.size(1), 64});
  // Bit 63 is int64's sign: the sum of distinct powers of two wraps to the right bits.
  wire.copy_(padded.bitwise_left_shift(shifts_on(bits.device())).sum(2));
}

void majority_on_device(const at::Tensor& wire, at::Tensor negative, at::Tensor undecided, int64_t quorum) {
  const at::Tensor count = bits_of(wire).sum(0);  // [64 words]
  const int64_t n = wire.size(0);
  if (quorum == 0) quorum = n / 2 + 1;
  pack_bits_on_device(count.ge(quorum).unsqueeze(0), negative.unsqueeze(0));
  pack_bits_on_device(count.lt(quorum).bitwise_and(count.gt(n - quorum)).unsqueeze(0),
                      undecided.unsqueeze(0));
}

void unpack_signs_on_device(const at::Tensor& words, at::Tensor out) {
  out.copy_(bits_of(words).narrow(0, 0, out.numel()).mul(-2).add(1));
}

}  // namespace varangian
