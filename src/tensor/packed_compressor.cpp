#include "varangian/packed_compressor.h"

#include "varangian/error.h"

#include <ATen/ATen.h>

namespace varangian {

int64_t PackedCompressor::encode(const EncodeView& view, at::Tensor wire) const {
  if (!view.dense.is_cpu()) {
    const at::Tensor dense = view.dense.cpu();
    at::Tensor packed = at::empty(dense.sizes(), dense.options());
    const int64_t bytes = encode(
        {.dense = dense, .workers = view.workers, .random = view.random, .layers = view.layers}, packed);
    wire.copy_(packed);
    return bytes;
  }
  VARANGIAN_ASSERT_EQ(view.dense.stride(1), 1);
  VARANGIAN_ASSERT_EQ(wire.stride(1), 1);
  const size_t columns = static_cast<size_t>(view.dense.size(1));
  int64_t bytes = 0;
  for (int64_t i = 0; i < view.dense.size(0); ++i) {
    const PackingView packing{
        .worker = view.workers[static_cast<size_t>(i)], .random = view.random, .layers = view.layers};
    BitWriter writer;
    pack({view.dense.const_data_ptr<float>() + i * view.dense.stride(0), columns}, packing, writer);
    const int64_t bits = writer.bits();
    bytes += writer.bytes();
    const std::vector<uint64_t> words = std::move(writer).finish();
    BitReader reader(words);
    unpack(reader, packing, {wire.data_ptr<float>() + i * wire.stride(0), columns});
    VARANGIAN_ASSERT_EQ(reader.bits(), bits);
  }
  return bytes;
}

}  // namespace varangian
