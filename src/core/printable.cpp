#include "core/printable.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace varangian {

std::string printable(std::string_view text) {
  using nlohmann::json;
  const std::string quoted = json(text).dump(-1, ' ', false, json::error_handler_t::replace);
  const std::string sound = json::parse(quoted).get<std::string>();
  std::string shown;
  for (const char c : sound) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n') || byte == 0x7f)
      shown += fmt::format("\\x{:02x}", byte);
    else
      shown += c;
  }
  return shown;
}

std::string printable_line(std::string_view text) {
  std::string line = printable(text);
  for (size_t at = line.find('\n'); at != std::string::npos; at = line.find('\n', at))
    line.replace(at, 1, "\\x0a");
  return line;
}

}  // namespace varangian
