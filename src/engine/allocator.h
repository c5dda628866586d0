#pragma once

namespace varangian {

/// Tells the allocator to keep memory that is freed: giving it back to the system and touching it anew costs
/// more than a round of a small model. To be called once, first in `main`.
void keep_freed_memory();

}  // namespace varangian
