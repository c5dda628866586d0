#pragma once

#include "varangian/bits.h"
#include "varangian/compressor.h"

namespace varangian {

/// What both ends of the wire know of a message before it comes.
struct PackingView {
  int64_t worker;
  const Random& random;             ///< the codec's stream at this round; a worker's numbers are its own
  std::span<const int64_t> layers;  ///< the first column of each layer that has weights
};

/// A codec whose rows are written to bits and read back, so that nothing reaches the rule that the bits
/// cannot say, and the bytes counted are those of the bits. Rows reach the rule as dense numbers. Off the CPU
/// rows pass through a copy on the CPU, which waits for the device.
class PackedCompressor : public Compressor {
 public:
  ~PackedCompressor() override;

  Encoding encoding() const final { return Encoding::dense; }
  int64_t encode(const EncodeView& view, at::Tensor wire) const final;

  /// The worker's end. Entries may be infinite or NaN.
  virtual void pack(std::span<const float> row, const PackingView& view, BitWriter& bits) const = 0;

  /// The server's end: writes all of row and takes every bit that was put.
  virtual void unpack(BitReader& bits, const PackingView& view, std::span<float> row) const = 0;
};

}  // namespace varangian
