#pragma once

#include <cstdint>
#include <string_view>

namespace varangian {

/// What can be said on the wire.
enum class Encoding { dense, signs };

std::string_view to_string(Encoding encoding);

/// Payload of one message (or one broadcast) of d coordinates, without framing: 4 d, or d / 8 rounded up.
int64_t payload_bytes(Encoding encoding, int64_t columns);

}  // namespace varangian
