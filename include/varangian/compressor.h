#pragma once

#include "varangian/component.h"
#include "varangian/message.h"
#include "varangian/random.h"

#include <ATen/core/Tensor.h>

#include <span>

namespace varangian {

/// What is encoded in one call.
struct EncodeView {
  const at::Tensor& dense;           ///< float32 [k, d]; entries may be infinite or NaN
  std::span<const int64_t> workers;  ///< row i is worker workers[i]'s
  const Random& random;              ///< the codec's stream at this round
  std::span<const int64_t> layers;   ///< the first column of each layer that has weights
};

/// The codec between a worker's dense row and the bits on the wire. Honest rows and forged ones pass through
/// the same codec: what it cannot say, no liar can say. The server's broadcast may have a codec too; it is
/// then one row.
class Compressor : public Component {
 public:
  ~Compressor() override;

  /// signs: rows reach the rule as packed bits. dense: as the numbers that the bits on the wire stand for.
  virtual Encoding encoding() const = 0;

  /// True when rows travel as they are; `encode` is then not called, and nothing is copied.
  virtual bool identity() const { return false; }

  /// True when the wire holds what pack_signs makes of the rows, and nothing else. Momenta may then become
  /// signs as they are computed, and `encode` is not called for them.
  virtual bool plain_signs() const { return false; }

  /// Encodes the rows into wire (shape and type as Messages::rows says, k rows) and returns the bytes that
  /// they take on the wire, without framing. A row depends on itself, its worker and the round alone: several
  /// threads call it at once, for one row or for many.
  virtual int64_t encode(const EncodeView& view, at::Tensor wire) const = 0;
};

}  // namespace varangian
