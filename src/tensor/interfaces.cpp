#include "varangian/adversary.h"
#include "varangian/aggregator.h"
#include "varangian/compressor.h"
#include "varangian/diagnostic.h"
#include "varangian/message.h"

#include "kernels/signs.h"

namespace varangian {

// The interfaces' destructors stand in one place of the program, so that a plugin shares their type
// information.
BlindAdversary::~BlindAdversary() = default;
Aggregator::~Aggregator() = default;
ColumnRule::~ColumnRule() = default;
Compressor::~Compressor() = default;
Diagnostic::~Diagnostic() = default;

std::string_view to_string(Encoding encoding) { return encoding == Encoding::dense ? "dense" : "signs"; }

int64_t payload_bytes(Encoding encoding, int64_t columns) {
  return encoding == Encoding::dense ? 4 * columns : (columns + 7) / 8;
}

}  // namespace varangian
