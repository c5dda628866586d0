#include "varangian/descriptor.h"

#include "core/nearest.h"
#include "varangian/error.h"

#include <array>

namespace varangian {
namespace {

constexpr std::array<std::string_view, 12> kKindNames = {
    "adversary", "aggregator", "compressor", "dataset",   "diagnostic",     "loss",
    "metric",    "model",      "optimizer",  "partition", "pre_aggregator", "schedule"};

}  // namespace

std::string_view to_string(Kind kind) { return kKindNames[static_cast<size_t>(kind)]; }

const std::vector<Kind>& all_kinds() {
  static const std::vector<Kind> kinds = [] {
    std::vector<Kind> all;
    for (size_t i = 0; i < kKindNames.size(); ++i) all.push_back(static_cast<Kind>(i));
    return all;
  }();
  return kinds;
}

template <typename T>
const T& Values::get(const std::string& name) const {
  const auto it = values_.find(name);
  if (it == values_.end())
    throw Error::format("a component reads parameter \"{}\", which it does not declare", name);
  const T* value = std::get_if<T>(&it->second);
  if (value == nullptr)
    throw Error::format("a component reads parameter \"{}\" as another type than it declares", name);
  return *value;
}

bool Values::flag(const std::string& name) const { return get<bool>(name); }
int64_t Values::integer(const std::string& name) const { return get<int64_t>(name); }
double Values::number(const std::string& name) const { return get<double>(name); }
const std::string& Values::text(const std::string& name) const { return get<std::string>(name); }
const std::vector<int64_t>& Values::integers(const std::string& name) const {
  return get<std::vector<int64_t>>(name);
}
const std::vector<std::string>& Values::texts(const std::string& name) const {
  return get<std::vector<std::string>>(name);
}
const Selection& Values::selection(const std::string& name) const { return get<Selection>(name); }

std::string unmet_condition(const RuleFacts& rule, int64_t n, int64_t f) {
  const int64_t needed = rule.per_liar * f + rule.least;
  if (n >= needed) return {};
  const std::string condition = rule.per_liar == 0 ? fmt::format("n >= {}", rule.least)
                                : rule.least == 0  ? fmt::format("n >= {} f", rule.per_liar)
                                                   : fmt::format("n >= {} f + {}", rule.per_liar, rule.least);
  return fmt::format("needs {}, which is {} for f = {}, and gets n = {}", condition, needed, f, n);
}

Values values_for(const Descriptor& descriptor, const std::map<std::string, Value>& given) {
  std::map<std::string, Value> values;
  std::vector<std::string> names;
  for (const Parameter& parameter : descriptor.parameters) {
    values[parameter.name] = parameter.initial;
    names.push_back(parameter.name);
  }
  for (const auto& [name, value] : given) {
    const auto it = values.find(name);
    if (it == values.end())
      throw Error::format("{} {}: no parameter \"{}\"{}", to_string(descriptor.kind), descriptor.name, name,
                          suggestion(name, names));
    if (it->second.index() != value.index())
      throw Error::format("{} {}: parameter \"{}\" has another type", to_string(descriptor.kind),
                          descriptor.name, name);
    it->second = value;
  }
  return Values(std::move(values));
}

}  // namespace varangian
