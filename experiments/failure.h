#pragma once

#include <exception>
#include <string>

namespace varangian {

/// What an exception says to a user: LibTorch's without their backtrace, a failed allocation with advice.
/// Bytes that would command a terminal, which a hostile file may have put in, come out as \x1b and the like.
std::string failure_text(const std::exception& error);

}  // namespace varangian
