#include "core/schema.h"

#include <cmath>

namespace varangian {
namespace {

std::string reference(Kind kind) { return "#/$defs/" + std::string(to_string(kind)); }

Json schema_of(const Node& node);

Json properties(const std::vector<Node>& fields) {
  Json all = Json::object();
  for (const Node& field : fields) all[field.name] = schema_of(field);
  return all;
}

Json type_of(const Node& node) {
  switch (node.type) {
    case Node::Type::boolean:
      return {{"type", "boolean"}};
    case Node::Type::integer:
    case Node::Type::number: {
      Json schema = {{"type", node.type == Node::Type::integer ? "integer" : "number"}};
      if (std::isfinite(node.low)) schema[node.above_low ? "exclusiveMinimum" : "minimum"] = node.low;
      if (std::isfinite(node.high)) schema["maximum"] = node.high;
      return schema;
    }
    case Node::Type::text: {
      Json schema = {{"type", "string"}};
      if (!node.choices.empty()) schema["enum"] = node.choices;
      return schema;
    }
    case Node::Type::list:
      return {{"type", "array"}, {"items", schema_of(node.children.front())}};
    case Node::Type::object: {
      Json required = Json::array();
      for (const Node& field : node.children)
        if (field.required) required.push_back(field.name);
      Json schema = {
          {"type", "object"}, {"properties", properties(node.children)}, {"additionalProperties", false}};
      if (!required.empty()) schema["required"] = required;
      return schema;
    }
    case Node::Type::component: {
      // What a component's place adds to its parameters has no closed form in a $ref, so names are checked by
      // the reference and the extra fields are allowed by it.
      const Json whole = {{"$ref", reference(node.kind)}};
      if (!node.initial.is_object()) return whole;
      const Json nameless = {{"type", "object"},
                             {"not", {{"required", Json::array({"name"})}}}};  // parameters of the default
      return {{"anyOf", Json::array({whole, nameless})}};
    }
    case Node::Type::any:
      return node.schema.is_null() ? Json::object() : node.schema;
  }
  return Json::object();
}

Json schema_of(const Node& node) {
  Json schema = type_of(node);
  if (node.nullable || node.later) schema = {{"anyOf", {schema, {{"type", "null"}}}}};
  if (!node.summary.empty())
    schema["description"] = node.summary + (node.later ? " (not available yet)" : "");
  if (!node.initial.is_null()) schema["default"] = node.initial;
  return schema;
}

// The extra fields that any place of the grammar adds to components of a kind.
void collect_extras(const Node& node, Kind kind, std::vector<Node>& extras) {
  if (node.type == Node::Type::component && node.kind == kind)
    for (const Node& extra : node.children)
      if (std::none_of(extras.begin(), extras.end(),
                       [&](const Node& known) { return known.name == extra.name; }))
        extras.push_back(extra);
  for (const Node& below : node.children) collect_extras(below, kind, extras);
}

Json definition(Kind kind, const std::vector<Node>& extras) {
  Json names = Json::array(), objects = Json::array();
  for (const Descriptor* descriptor : Registry::instance().list(kind)) {
    names.push_back(descriptor->name);
    Json fields = {{"name", {{"const", descriptor->name}}}};
    Json required = {"name"};
    for (const Parameter& parameter : descriptor->parameters) {
      fields[parameter.name] = schema_of(node_of(parameter));
      if (parameter.required) required.push_back(parameter.name);
    }
    for (const Node& extra : extras) fields[extra.name] = schema_of(extra);
    objects.push_back({{"type", "object"},
                       {"description", descriptor->summary},
                       {"properties", fields},
                       {"required", required},
                       {"additionalProperties", false}});
  }
  const Json by_name = {{"type", "string"}, {"enum", names}};
  objects.insert(objects.begin(), by_name);
  Json schema = Json::object();
  schema["oneOf"] = objects;
  return schema;
}

}  // namespace

Json json_schema(const Node& root) {
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", root.summary}};
  schema.update(type_of(root));
  Json definitions = Json::object();
  for (const Kind kind : all_kinds()) {
    std::vector<Node> extras;
    collect_extras(root, kind, extras);
    definitions[std::string(to_string(kind))] = definition(kind, extras);
  }
  schema["$defs"] = definitions;
  return schema;
}

}  // namespace varangian
