#include "experiments/preset.h"

#include "core/nearest.h"
#include "varangian/error.h"

#include <map>

namespace varangian {
namespace {

const std::map<std::string, Json>& presets() {
  static const std::map<std::string, Json> all = {
      // Bernstein et al. 2019, arXiv 1810.05291, Algorithm 1, with its default learning rate and beta:
      // momentum at
      // each worker, no bias correction, the vote of its signs, x -= lr (vote + lambda x).
      {"signum", Json::parse(R"({
         "workers": {"momentum": {"beta": 0.9, "damped": true}},
         "compressor": {"up": {"name": "sign"}},
         "aggregator": {"name": "majority_vote"},
         "optimizer": {"name": "sgd", "lr": 1e-4, "momentum": 0.0, "decay": "decoupled"}})")},
  };
  return all;
}

}  // namespace

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const auto& [name, settings] : presets()) names.push_back(name);
  return names;
}

const Json& preset(const std::string& name) {
  const auto it = presets().find(name);
  if (it == presets().end())
    throw Error::format("unknown preset \"{}\"{}", name, suggestion(name, preset_names()));
  return it->second;
}

}  // namespace varangian
