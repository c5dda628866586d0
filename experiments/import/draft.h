#pragma once

#include "core/json.h"

#include <string>
#include <utility>
#include <vector>

namespace varangian {

/// A config of ours that grows: settings, and an axis of its sweep wherever there are several values. An axis
/// of one value is a setting.
class Draft {
 public:
  using Labelled = std::pair<std::string, Json>;  ///< a label, and what it sets: pointer -> value

  void set(const std::string& pointer, const Json& value);
  void grid(const std::string& pointer, const std::vector<Json>& values);
  /// The pointers move together; `rows` has a value for each.
  void zip(const std::vector<std::string>& pointers, const std::vector<std::vector<Json>>& rows);
  /// Labels must differ.
  void cases(const std::string& name, const std::vector<Labelled>& points);

  /// Which values of these axes do best is asked in the worst case over those.
  void select(const std::vector<std::string>& over, const std::vector<std::string>& worst_over);

  bool is_swept(const std::string& pointer) const { return grid_.contains(pointer); }
  bool has_cases(const std::string& name) const { return cases_.contains(name); }
  /// With the sweep, if there are axes.
  Json config() const;

 private:
  Json settings_ = Json::object(), grid_ = Json::object(), zip_ = Json::object(), cases_ = Json::object(),
       select_ = Json::object();
};

}  // namespace varangian
