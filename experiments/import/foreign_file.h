#pragma once

#include "core/json.h"

#include <set>
#include <string>
#include <vector>

namespace varangian {

/// A config of another program, read key by key, so that a key which nobody asked for is told at the end.
/// Pointers are those of the file. What cannot be translated is a problem, what is translated with a loss or
/// left out is a note; reading goes on after both.
class ForeignFile {
 public:
  ForeignFile(Json content, std::string where);

  /// Absent and null are `otherwise`.
  Json value(const std::string& pointer, const Json& otherwise = nullptr);
  /// A list's elements, each once; or the one value.
  std::vector<Json> values(const std::string& pointer, const Json& otherwise);
  /// The same of numbers alone.
  std::vector<Json> numbers(const std::string& pointer, const Json& otherwise, bool whole = false);
  Json number(const std::string& pointer, const Json& otherwise, bool whole = false);
  bool flag(const std::string& pointer, bool otherwise);
  std::string text(const std::string& pointer, const std::string& otherwise);

  /// A key that has no meaning here.
  void leave_out(const std::string& pointer, const std::string& why);
  /// Notes every key that was neither read nor left out, with the nearest that was.
  void name_the_rest();

  void note(const std::string& pointer, const std::string& what);
  void problem(const std::string& pointer, const std::string& what);

  const std::vector<std::string>& notes() const { return notes_; }
  const std::vector<std::string>& problems() const { return problems_.lines(); }

 private:
  const Json* find(const std::string& pointer);
  void name_rest_of(const Json& object, const std::string& pointer);

  Json content_;
  std::string where_;
  std::set<std::string> asked_;
  std::vector<std::string> notes_;
  Problems problems_;
};

}  // namespace varangian
