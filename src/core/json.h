#pragma once

#include "varangian/error.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace varangian {

/// Keeps the order in which keys were written.
using Json = nlohmann::ordered_json;

/// Strict JSON, but for `//` comments. Throws Error with `where`, line and column; also on a key that stands
/// twice in one object and on nesting deeper than 64.
Json parse_json(std::string_view text, const std::string& where);

/// Throws Error when the file cannot be read or is larger than 64 MiB.
Json read_json(const std::filesystem::path& path);

/// All that is wrong with one input, so that a user sees it together.
class Problems {
 public:
  explicit Problems(std::string where) : where_(std::move(where)) {}

  /// `pointer` is a JSON pointer, "" for the whole document.
  void add(const std::string& pointer, const std::string& what);
  /// The text of an Error that begins with its pointer. The same text is told once.
  void add(const Error& error);
  bool empty() const { return lines_.empty(); }
  const std::vector<std::string>& lines() const { return lines_; }

  /// Throws one Error with a line for each problem.
  void throw_if_any() const;

 private:
  std::string where_;
  std::vector<std::string> lines_;
};

/// What `body` returns; an Error from it gets `pointer` before its text.
template <typename Body>
auto located(const std::string& pointer, const Body& body) {
  try {
    return body();
  } catch (const Error& error) {
    throw Error::format("{}: {}", pointer, error.what());
  }
}

/// A short form of a value for messages: cut after some 60 characters.
std::string shown(const Json& value);

/// Appends a key or index to a JSON pointer, escaped.
std::string child(const std::string& pointer, const std::string& key);
std::string child(const std::string& pointer, size_t index);

}  // namespace varangian
