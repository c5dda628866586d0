#pragma once

#include <string>
#include <string_view>

namespace varangian {

/// Text from a file that may be hostile, for a terminal: bytes that would command it come out as \x1b and the
/// like, ill-formed UTF-8 as the replacement character. Line breaks stay.
std::string printable(std::string_view text);

/// The same without line breaks, for a line whose beginning means something.
std::string printable_line(std::string_view text);

}  // namespace varangian
