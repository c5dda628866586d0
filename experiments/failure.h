#pragma once

#include <exception>
#include <string>

namespace varangian {

/// What an exception says to a user: LibTorch's without their backtrace, a failed allocation with advice.
/// Printable.
std::string failure_text(const std::exception& error);

}  // namespace varangian
