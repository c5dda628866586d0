#include "varangian/adversary.h"
#include "varangian/column_rule.h"
#include "varangian/compressor.h"
#include "varangian/diagnostic.h"
#include "varangian/gram_rule.h"
#include "varangian/message.h"
#include "varangian/packed_compressor.h"
#include "varangian/parallel.h"
#include "varangian/row_rule.h"

#include "kernels/signs.h"

namespace varangian {

// The interfaces' destructors stand in one place of the program, so that a plugin shares their type
// information.
BlindAdversary::~BlindAdversary() = default;
Aggregator::~Aggregator() = default;
ColumnRule::~ColumnRule() = default;
GramRule::~GramRule() = default;
RowRule::~RowRule() = default;
PreAggregator::~PreAggregator() = default;
Parallel::~Parallel() = default;
Compressor::~Compressor() = default;
PackedCompressor::~PackedCompressor() = default;
Diagnostic::~Diagnostic() = default;

void Aggregator::check(int64_t, int64_t) const {}
void PreAggregator::check(int64_t, int64_t) const {}
void RowRule::declare(State&, int64_t, int64_t, at::Device) const {}

std::string_view to_string(Encoding encoding) { return encoding == Encoding::dense ? "dense" : "signs"; }

int64_t payload_bytes(Encoding encoding, int64_t columns) {
  return encoding == Encoding::dense ? 4 * columns : (columns + 7) / 8;
}

}  // namespace varangian
