#pragma once

#include "varangian/component.h"
#include "varangian/message.h"
#include "varangian/random.h"

#include <ATen/core/Tensor.h>

#include <span>

namespace varangian {

/// The codec between a worker's dense row and the bits on the wire. Honest rows and forged ones pass through
/// the same codec: what it cannot say, no liar can say.
class Compressor : public Component {
 public:
  ~Compressor() override;

  virtual Encoding encoding() const = 0;

  /// True when rows travel as they are; `encode` is then not called, and nothing is copied.
  virtual bool identity() const { return false; }

  /// Encodes dense rows [k, d] into wire (shape and type as Messages::rows says, k rows). Non-finite entries
  /// are allowed. `random` is the codec's stream at this round; row i is worker workers[i].
  virtual void encode(const at::Tensor& dense, std::span<const int64_t> workers, const Random& random,
                      at::Tensor wire) const = 0;
};

}  // namespace varangian
