#include "experiments/import/byzfl_swept.h"

#include "experiments/import/byzfl_component.h"

#include <functional>
#include <set>

namespace varangian {
namespace {

Json at_pointer(const Json& config, const char* pointer) {
  const Json::json_pointer place(pointer);
  return config.contains(place) ? config.at(place) : Json();
}

using ValueOf = std::function<Json(const Json& config)>;

ValueOf pointed(const char* pointer) {
  return [pointer](const Json& config) { return at_pointer(config, pointer); };
}

Json count_of(const Json& config) {
  const Json honest = at_pointer(config, "/workers/honest"), liars = at_pointer(config, "/workers/byzantine");
  if (!honest.is_number_integer() || !liars.is_number_integer()) return at_pointer(config, "/workers/count");
  return honest.get<int64_t>() + liars.get<int64_t>();
}

Json declared_of(const Json& config) {
  const Json declared = at_pointer(config, "/declared_f");
  return declared.is_null() ? at_pointer(config, "/workers/byzantine") : declared;
}

Json seed_of(const Json& config) {
  return Json{at_pointer(config, "/seed/batches"), at_pointer(config, "/seed/data")};
}

class ForeignAxes {
 public:
  explicit ForeignAxes(const std::vector<Json>& configs)
      : configs_(configs), swept_(configs.size(), Json::object()) {}

  std::vector<Json> values(const ValueOf& of) const {
    std::vector<Json> all;
    for (const Json& config : configs_) all.push_back(of(config));
    return all;
  }

  bool differ(const ValueOf& of) const {
    std::set<std::string> found;
    for (const Json& value : values(of)) found.insert(value.dump());
    return found.size() > 1;
  }

  void add(const char* axis, const ValueOf& of) {
    if (!differ(of)) return;
    for (size_t i = 0; i < configs_.size(); ++i)
      if (const Json value = of(configs_[i]); !value.is_null()) swept_[i][axis] = value;
  }

  /// The same by a short name of each value.
  void add_labelled(const char* axis, const ValueOf& of) {
    std::vector<Json> found;
    for (const Json& value : values(of))
      if (std::find(found.begin(), found.end(), value) == found.end()) found.push_back(value);
    const std::vector<std::string> labels = labels_of(found);
    add(axis, [&](const Json& config) {
      return Json(
          labels[static_cast<size_t>(std::find(found.begin(), found.end(), of(config)) - found.begin())]);
    });
  }

  const std::vector<Json>& swept() const { return swept_; }

 private:
  const std::vector<Json>& configs_;
  std::vector<Json> swept_;
};

}  // namespace

std::vector<Json> swept_of(const std::vector<Json>& configs) {
  ForeignAxes axes(configs);
  axes.add("/rounds", pointed("/rounds"));
  // Where their sum is the same for all, ByzFL was given it, and the honest follow from it.
  axes.add(axes.differ(count_of) ? "/workers/honest" : "/workers/count",
           axes.differ(count_of) ? pointed("/workers/honest") : ValueOf(count_of));
  axes.add("/workers/byzantine", pointed("/workers/byzantine"));
  if (axes.values(declared_of) != axes.values(pointed("/workers/byzantine")))
    axes.add("/declared_f", declared_of);
  if (axes.differ(pointed("/workers/partition/name"))) {
    axes.add("distribution", [](const Json& config) {
      std::string label = at_pointer(config, "/workers/partition/name").dump();
      label = label.substr(1, label.size() - 2);
      for (const char* parameter : {"/workers/partition/gamma", "/workers/partition/alpha"})
        if (const Json value = at_pointer(config, parameter); !value.is_null()) label += " " + value.dump();
      return Json(label);
    });
  } else {
    axes.add("/workers/partition/gamma", pointed("/workers/partition/gamma"));
    axes.add("/workers/partition/alpha", pointed("/workers/partition/alpha"));
  }
  axes.add("/workers/batch/size", pointed("/workers/batch/size"));
  axes.add("/workers/momentum/beta", pointed("/workers/momentum/beta"));
  axes.add("/optimizer/lr", pointed("/optimizer/lr"));
  axes.add("/optimizer/weight_decay", pointed("/optimizer/weight_decay"));
  axes.add("/evaluate/every", pointed("/evaluate/every"));
  axes.add("dataset", pointed("/task/dataset/name"));
  axes.add_labelled("model", pointed("/task/model"));
  axes.add("loss", pointed("/task/loss"));
  axes.add_labelled("adversary", pointed("/adversaries"));
  axes.add_labelled("pre_aggregators", pointed("/pre_aggregators"));
  axes.add_labelled("aggregator", pointed("/aggregator"));
  axes.add("optimizer", pointed("/optimizer/name"));
  axes.add("schedule", [](const Json& config) {
    const Json schedule = at_pointer(config, "/schedule");
    const bool falls = schedule.is_object() && schedule.contains("at");
    return Json(falls ? fmt::format("{} at {}", schedule["factor"].dump(), schedule["at"].dump())
                      : "constant");
  });
  const bool several_splits = axes.differ(pointed("/seed/data"));
  axes.add("seed", [&](const Json& config) {
    const Json seeds = seed_of(config);
    return Json(several_splits ? fmt::format("{}, data {}", seeds[0].dump(), seeds[1].dump())
                               : seeds[0].dump());
  });
  return axes.swept();
}

}  // namespace varangian
