#pragma once

#include "varangian/aggregator.h"
#include "varangian/clock.h"
#include "varangian/message.h"
#include "varangian/random.h"

#include <ATen/core/Tensor.h>

namespace varangian {

/// A block of consecutive columns of all messages, and what a rule may know beside them.
struct ColumnBlock {
  Encoding encoding;
  at::Tensor rows;  ///< dense: [n, width]; signs: [n, ceil(width / 64)] words
  int64_t begin;    ///< the first column, a multiple of 128
  int64_t width;
  int64_t declared_f;  ///< how many liars the rule is told to expect
  Clock clock;
  at::Tensor last_update;  ///< [width], the update of the round before; zeros in round 1
  const Random& random;    ///< the rule's stream at this round

  int64_t workers() const { return rows.size(0); }
};

/// A rule whose update in a column depends on that column alone. It is called for blocks of columns, from
/// several threads at once; on a device for all columns together. Global quantities are not to be had here.
class ColumnRule : public Aggregator {
 public:
  ~ColumnRule() override;

  /// Writes update, float32 [width].
  virtual void aggregate(const ColumnBlock& block, at::Tensor update) const = 0;

  /// Signs: its update is -1 or +1 in every column. The server then asks for packed signs, by `vote`.
  virtual Encoding gives() const { return Encoding::dense; }

  /// To be overridden where it gives signs: writes them, int64 [ceil(width / 64)] as Messages::rows says.
  virtual void vote(const ColumnBlock& block, at::Tensor signs) const;
};

}  // namespace varangian
