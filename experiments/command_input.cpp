#include "experiments/command_input.h"

#include "core/schema.h"
#include "data/npy.h"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

namespace varangian {

// The name and the values that `key=value` and `step.key=value` give one step of the chain.
Json step_of(const std::string& name, const std::string& prefix, const std::vector<std::string>& settings) {
  Json step = {{"name", name}};
  for (const std::string& setting : settings) {
    const size_t equals = setting.find('='), dot = setting.find('.');
    if (equals == std::string::npos)
      throw Error::format("--set {}: want KEY=VALUE, or STEP.KEY=VALUE for a pre-aggregator", setting);
    const bool has_step = dot < equals;
    if ((has_step ? setting.substr(0, dot) : "") != prefix) continue;
    const std::string key = setting.substr(has_step ? dot + 1 : 0, equals - (has_step ? dot + 1 : 0));
    const std::string text = setting.substr(equals + 1);
    const Json value = Json::parse(text, nullptr, false);
    step[key] = value.is_discarded() ? Json(text) : value;
  }
  return step;
}

Choice checked(const Json& step, Kind kind, const std::string& where, Problems& problems) {
  Node node{.name = "", .type = Node::Type::component};
  node.kind = kind;
  const size_t before = problems.lines().size();
  const Json resolved = resolve(&step, node, where, problems);
  return problems.lines().size() > before ? Choice{} : Choice{step.at("name"), values_of(resolved, kind)};
}

at::Tensor matrix(const std::string& path) {
  const at::Tensor rows = read_npy(path);
  if (rows.dim() != 2 || rows.size(0) == 0 || rows.size(1) == 0)
    throw Error::format("{}: shape {}, want a matrix with a row a message", path,
                        fmt::join(rows.sizes(), " x "));
  return rows.to(at::kFloat).contiguous();
}

at::Tensor vector(const std::string& path, int64_t columns) {
  if (path.empty()) return {};
  const at::Tensor row = read_npy(path);
  if (row.numel() != columns) throw Error::format("{}: {} numbers, want {}", path, row.numel(), columns);
  return row.to(at::kFloat).contiguous().view({columns});
}

}  // namespace varangian
