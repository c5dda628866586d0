#include "core/schema.h"

#include "core/nearest.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace varangian {
namespace {

constexpr int64_t kExact = int64_t{1} << 53;  // beyond it a reader of the config may see another number

bool is_exact(const Json& integer) {
  if (integer.is_number_unsigned()) return integer.get<uint64_t>() <= static_cast<uint64_t>(kExact);
  return integer.get<int64_t>() >= -kExact && integer.get<int64_t>() <= kExact;
}

std::string_view type_name(Node::Type type) {
  switch (type) {
    case Node::Type::boolean:
      return "true or false";
    case Node::Type::integer:
      return "a whole number";
    case Node::Type::number:
      return "a number";
    case Node::Type::text:
      return "a text";
    case Node::Type::list:
      return "a list";
    case Node::Type::object:
      return "an object";
    case Node::Type::component:
      return "a name, or an object with a name";
    case Node::Type::any:
      return "a value";
  }
  return "";
}

bool has_type(const Json& value, Node::Type type) {
  switch (type) {
    case Node::Type::boolean:
      return value.is_boolean();
    case Node::Type::integer:
      return value.is_number_integer();
    case Node::Type::number:
      return value.is_number();
    case Node::Type::text:
      return value.is_string();
    case Node::Type::list:
      return value.is_array();
    case Node::Type::object:
      return value.is_object();
    case Node::Type::component:
      return value.is_object() || value.is_string();
    case Node::Type::any:
      return true;
  }
  return false;
}

std::string bounds(const Node& node) {
  const bool low = std::isfinite(node.low), high = std::isfinite(node.high);
  const std::string unit = node.unit.empty() ? "" : " " + node.unit;
  const std::string_view at_least = node.above_low ? "above" : "at least";
  if (low && high) return fmt::format("{} {} and at most {}{}", at_least, node.low, node.high, unit);
  return low ? fmt::format("{} {}{}", at_least, node.low, unit)
             : fmt::format("at most {}{}", node.high, unit);
}

void check_number(const Json& value, const Node& node, const std::string& pointer, Problems& problems) {
  const double number = value.get<double>();
  const bool low_enough = node.above_low ? number > node.low : number >= node.low;
  if (value.is_number_integer() && !is_exact(value))
    problems.add(
        pointer,
        fmt::format("{} is out of range; at most 2^53, beyond which not every whole number can be told apart",
                    shown(value)));
  else if (!low_enough || number > node.high)
    problems.add(pointer, fmt::format("{} is out of range; it must be {}", shown(value), bounds(node)));
}

Json resolve_fields(const Json& raw, const std::vector<const Node*>& fields, const std::string& pointer,
                    Json resolved, Problems& problems, bool has_name) {
  std::vector<std::string> names;
  for (const Node* field : fields) names.push_back(field->name);
  if (has_name) names.push_back("name");
  for (const auto& [key, value] : raw.items())
    if (std::find(names.begin(), names.end(), key) == names.end())
      problems.add(child(pointer, key), fmt::format("unknown key{}", suggestion(key, names)));
  for (const Node* field : fields) {
    const auto it = raw.find(field->name);
    resolved[field->name] =
        resolve(it == raw.end() ? nullptr : &*it, *field, child(pointer, field->name), problems);
  }
  return resolved;
}

Json resolve_component(const Json& raw, const Node& node, const std::string& pointer, Problems& problems) {
  Json object = raw.is_string() ? Json{{"name", raw}} : raw;
  if (!object.contains("name") && node.initial.is_object()) object["name"] = node.initial.at("name");
  const auto name = object.find("name");
  if (name == object.end() || !name->is_string()) {
    problems.add(child(pointer, "name"),
                 fmt::format("missing: the name of the {}, a text", to_string(node.kind)));
    return nullptr;
  }
  const Descriptor* descriptor = Registry::instance().find(node.kind, name->get<std::string>());
  if (descriptor == nullptr) {
    try {
      Registry::instance().describe(node.kind, name->get<std::string>());
    } catch (const Error& error) {
      problems.add(child(pointer, "name"), error.what());
    }
    return nullptr;
  }
  std::vector<Node> parameters;
  for (const Parameter& parameter : descriptor->parameters) parameters.push_back(node_of(parameter));
  std::vector<const Node*> fields;
  for (const Node& parameter : parameters) fields.push_back(&parameter);
  for (const Node& extra : node.children) fields.push_back(&extra);
  return resolve_fields(object, fields, pointer, Json{{"name", *name}}, problems, true);
}

Json resolve_list(const Json& raw, const Node& node, const std::string& pointer, Problems& problems) {
  Json resolved = Json::array();
  for (size_t i = 0; i < raw.size(); ++i)
    resolved.push_back(resolve(&raw[i], node.children.front(), child(pointer, i), problems));
  return resolved;
}

}  // namespace

Json resolve(const Json* raw, const Node& node, const std::string& pointer, Problems& problems) {
  if (raw == nullptr) {
    if (node.required) {
      problems.add(pointer, fmt::format("missing: {} ({})", type_name(node.type), node.summary));
      return nullptr;
    }
    if (node.initial.is_null() && node.type == Node::Type::object && !node.nullable) {
      const Json empty = Json::object();
      return resolve(&empty, node, pointer, problems);
    }
    return node.initial.is_null() ? Json(nullptr) : resolve(&node.initial, node, pointer, problems);
  }
  if (node.later && *raw != node.initial && !raw->is_null()) {
    problems.add(pointer,
                 fmt::format("{} is not available yet; leave \"{}\" out for now", shown(*raw), node.name));
    return node.initial;
  }
  if (raw->is_null() && (node.nullable || node.later)) return nullptr;
  if (node.type == Node::Type::integer && raw->is_number_float() && std::abs(raw->get<double>()) < 1e15 &&
      raw->get<double>() == std::floor(raw->get<double>())) {
    const Json whole =
        static_cast<int64_t>(raw->get<double>());  // 1e3 is a whole number, however it is written
    return resolve(&whole, node, pointer, problems);
  }
  if (!has_type(*raw, node.type)) {
    const bool may_be_empty =
        node.type == Node::Type::object && std::none_of(node.children.begin(), node.children.end(),
                                                        [](const Node& child) { return child.required; });
    problems.add(pointer, fmt::format("{} is not {}{}{}", shown(*raw), type_name(node.type),
                                      node.nullable ? " (or null)" : "",
                                      may_be_empty ? "; {} stands for its defaults" : ""));
    return node.initial;
  }
  switch (node.type) {
    case Node::Type::integer:
    case Node::Type::number:
      check_number(*raw, node, pointer, problems);
      break;
    case Node::Type::text:
      if (!node.choices.empty() &&
          std::find(node.choices.begin(), node.choices.end(), raw->get<std::string>()) == node.choices.end())
        problems.add(pointer, fmt::format("unknown choice {}{}", shown(*raw),
                                          suggestion(raw->get<std::string>(), node.choices)));
      break;
    case Node::Type::list:
      return resolve_list(*raw, node, pointer, problems);
    case Node::Type::object: {
      std::vector<const Node*> fields;
      for (const Node& field : node.children) fields.push_back(&field);
      return resolve_fields(*raw, fields, pointer, Json::object(), problems, false);
    }
    case Node::Type::component:
      return resolve_component(*raw, node, pointer, problems);
    case Node::Type::boolean:
    case Node::Type::any:
      break;
  }
  return *raw;
}

Node node_of(const Parameter& parameter) {
  Node node{.name = parameter.name, .summary = parameter.summary};
  node.required = parameter.required;
  node.low = parameter.low;
  node.high = parameter.high;
  node.above_low = parameter.above_low;
  node.choices = parameter.choices;
  node.unit = parameter.unit;
  if (const auto* chosen = std::get_if<Selection>(&parameter.initial)) {
    node.type = Node::Type::component;
    node.kind = parameter.kind;
    node.initial = {{"name", chosen->name}};
    return node;
  }
  if (parameter.is_json) {
    node.initial = Json::parse(std::get<std::string>(parameter.initial));
    return node;
  }
  constexpr Node::Type kTypes[] = {Node::Type::boolean, Node::Type::integer, Node::Type::number,
                                   Node::Type::text,    Node::Type::list,    Node::Type::list};
  node.type = kTypes[parameter.initial.index()];
  std::visit(
      [&](const auto& initial) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(initial)>, Selection>) node.initial = initial;
      },
      parameter.initial);
  const bool holds_texts = std::holds_alternative<std::vector<std::string>>(parameter.initial);
  if (node.type == Node::Type::list)
    node.children.push_back({.name = "element",
                             .summary = "",
                             .type = holds_texts ? Node::Type::text : Node::Type::integer,
                             .low = parameter.low,
                             .high = parameter.high});
  return node;
}

Values values_of(const Json& component, Kind kind) {
  std::map<std::string, Value> values;
  for (const Parameter& parameter : Registry::instance().describe(kind, component.at("name")).parameters) {
    const Json& given = component.at(parameter.name);
    values[parameter.name] = std::visit(
        [&](const auto& type) -> Value {
          using Type = std::decay_t<decltype(type)>;
          if constexpr (std::is_same_v<Type, Selection>)
            return Selection{given.at("name"), std::make_shared<Values>(values_of(given, parameter.kind))};
          else if constexpr (std::is_same_v<Type, std::string>)
            return parameter.is_json ? given.dump() : given.get<Type>();
          else
            return given.get<Type>();
        },
        parameter.initial);
  }
  return Values(std::move(values));
}

}  // namespace varangian
