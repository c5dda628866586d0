#pragma once

#include "core/json.h"
#include "varangian/component.h"

#include <limits>
#include <string>
#include <vector>

namespace varangian {

/// What may stand at one place of a config. The whole grammar is a tree of these; validation, defaults and
/// the JSON Schema are all made from it.
struct Node {
  enum class Type { boolean, integer, number, text, list, object, component, any };

  std::string name;
  std::string summary;
  Type type = Type::any;
  /// The default; null: absent is resolved to null, or an object that is not nullable to its defaults.
  Json initial = nullptr;
  bool required = false;
  bool nullable = false;
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool above_low = false;
  std::vector<std::string> choices = {};  ///< of a text
  Kind kind = Kind::adversary;            ///< of a component
  std::vector<Node> children =
      {};  ///< fields of an object, the element of a list, extra fields of a component
  std::string unit = {};
  bool later = false;     ///< part of the grammar, but for now only the default is accepted
  Json schema = nullptr;  ///< for `any`: what the JSON Schema says instead
};

/// Checks `raw` (null pointer: absent) and fills in every default. Adds what is wrong to `problems` and goes
/// on.
Json resolve(const Json* raw, const Node& node, const std::string& pointer, Problems& problems);

/// The parameters of a component of a resolved config, {"name": ..., parameter: ...}.
Values values_of(const Json& component, Kind kind);

Node node_of(const Parameter& parameter);

/// JSON Schema (draft 2020-12) of files that `root` describes, components of all kinds in $defs.
Json json_schema(const Node& root);

}  // namespace varangian
