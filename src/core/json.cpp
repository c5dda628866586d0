#include "core/json.h"

#include "varangian/error.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>

namespace varangian {
namespace {

constexpr int kDeepest = 64;
constexpr uintmax_t kLargestFile = 64u << 20;

// The library does not say where a number is too large. The same digits within an earlier text would mislead,
// but they are there all the same.
std::string place_of(std::string_view text, std::string_view digits) {
  const size_t at = std::min(text.find(digits), text.size());
  const std::string_view before = text.substr(0, at);
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return fmt::format("line {}, column {}", std::count(before.begin(), before.end(), '\n') + 1,
                     at - line_start + 1);
}

// The library's message less its own prefix "[json.exception.parse_error.101] ".
std::string reason(const std::exception& error) {
  const std::string what = error.what();
  const size_t end = what.find("] ");
  return end == std::string::npos ? what : what.substr(end + 2);
}

}  // namespace

Json parse_json(std::string_view text, const std::string& where) {
  std::vector<std::set<std::string>> keys;
  const auto check = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > kDeepest) throw Error::format("{}: nested deeper than {}", where, kDeepest);
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second)
      throw Error::format("{}: the key \"{}\" stands twice in one object; keep one", where,
                          parsed.get<std::string>());
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), check, true, true);
  } catch (const nlohmann::json::out_of_range& error) {
    const std::string what = reason(error);
    const size_t open = what.find('\''), close = what.rfind('\'');
    const std::string digits = open < close ? what.substr(open + 1, close - open - 1) : what;
    throw Error::format("{}: not JSON: {}: {} is too large; a number is at most 1.8e308", where,
                        place_of(text, digits), shown(Json(digits)));
  } catch (const nlohmann::json::exception& error) {
    throw Error::format("{}: not JSON: {}", where, reason(error));
  }
}

Json read_json(const std::filesystem::path& path) {
  std::error_code failure;
  const uintmax_t size = std::filesystem::file_size(path, failure);
  if (failure) throw Error::format("{}: cannot be read: {}", path.string(), failure.message());
  if (size > kLargestFile)
    throw Error::format("{}: {} MiB is too large for a JSON file; at most 64", path.string(), size >> 20);
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw Error::format("{}: cannot be read: {}", path.string(), std::strerror(errno));
  return parse_json(text.str(), path.string());
}

void Problems::add(const std::string& pointer, const std::string& what) {
  lines_.push_back(fmt::format("{}: {}: {}", where_, pointer.empty() ? "/" : pointer, what));
}

void Problems::add(const Error& error) {
  const std::string line = fmt::format("{}: {}", where_, error.what());
  if (std::find(lines_.begin(), lines_.end(), line) == lines_.end()) lines_.push_back(line);
}

void Problems::throw_if_any() const {
  if (!lines_.empty()) throw Error(fmt::format("{}", fmt::join(lines_, "\n")));
}

std::string shown(const Json& value) {
  constexpr size_t kLongest = 60;
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "...";
  return text;
}

std::string child(const std::string& pointer, const std::string& key) {
  std::string escaped;
  for (const char c : key) escaped += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return pointer + "/" + escaped;
}

std::string child(const std::string& pointer, size_t index) { return pointer + "/" + std::to_string(index); }

}  // namespace varangian
