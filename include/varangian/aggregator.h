#pragma once

#include "varangian/component.h"
#include "varangian/encoding.h"

#include <cstdint>

namespace varangian {

/// n messages to one update. The defence: it knows n and the declared f, not who lies. A rule derives from
/// one of three: ColumnRule, GramRule or RowRule. Its Descriptor::rule states what it needs of n and f, and
/// what it promises.
class Aggregator : public Component {
 public:
  ~Aggregator() override;

  /// What it takes; the config's compressor must produce it.
  virtual Encoding takes() const { return Encoding::dense; }

  /// Bits a coordinate that the server's broadcast of its update needs.
  virtual int update_bits() const { return 32; }

  /// Samples that the server holds itself, for a gradient of its own; 0: it needs none.
  virtual int64_t root_samples() const { return 0; }

  /// Throws Error where its parameters do not fit n messages of which f may lie, beyond what the descriptor's
  /// condition says, or where it could not finish in reasonable time.
  virtual void check(int64_t n, int64_t f) const;
};

}  // namespace varangian
