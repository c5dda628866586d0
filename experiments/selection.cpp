#include "experiments/selection.h"

#include "core/nearest.h"
#include "experiments/judged_columns.h"

#include <algorithm>
#include <map>

namespace varangian {
namespace {

using Names = std::vector<std::string>;

// Reads lists of axes. With one name of an axis (of a zip, which has several) all of it counts as named.
class AxisLists {
 public:
  AxisLists(const std::vector<Names>& axes, Problems& problems) : axes_(axes), problems_(problems) {
    for (const Names& axis : axes) all_.insert(all_.end(), axis.begin(), axis.end());
  }

  void read(const Json& list, const std::string& at, Names& names) {
    if (!list.is_array() || list.empty())
      return problems_.add(
          at, fmt::format("{} is not a list of axes of the sweep, as [\"/optimizer/lr\"]", shown(list)));
    for (size_t i = 0; i < list.size(); ++i) add(list[i], child(at, i), names);
  }

 private:
  void add(const Json& name, const std::string& at, Names& names) {
    if (name == "seed")
      return problems_.add(at, "over seeds the mean is taken; name another axis of the sweep");
    const auto axis = std::find_if(axes_.begin(), axes_.end(), [&](const Names& one) {
      return std::find(one.begin(), one.end(), name) != one.end();
    });
    if (!name.is_string() || axis == axes_.end()) {
      const std::string text = name.is_string() ? name.get<std::string>() : "";
      const std::string what = all_.empty() ? "; the block has none" : suggestion(text, all_);
      return problems_.add(at, fmt::format("{} is no axis of this sweep block{}", shown(name), what));
    }
    const auto [taken, fresh] = taken_.try_emplace(&*axis, &names);
    if (!fresh && taken->second != &names)
      return problems_.add(at, fmt::format("{} cannot stand both in over and in worst_over", shown(name)));
    if (fresh) names.insert(names.end(), axis->begin(), axis->end());
  }

  const std::vector<Names>& axes_;
  Problems& problems_;
  Names all_;
  std::map<const Names*, const Names*> taken_;  // axis -> the list that it is in
};

}  // namespace

SweepSelection parse_selection(const Json& select, const std::string& at, const std::vector<Names>& axes,
                               Problems& problems) {
  static const Names kKeys = {"over", "metric", "worst_over"};
  SweepSelection selection;
  if (!select.is_object()) {
    problems.add(at, fmt::format("{} is not an object with over, metric and worst_over", shown(select)));
    return selection;
  }
  AxisLists lists(axes, problems);
  if (!select.contains("over"))
    problems.add(at, "\"over\" is missing: the axes whose values are chosen, as [\"/optimizer/lr\"]");
  for (const auto& [key, value] : select.items()) {
    if (key == "over")
      lists.read(value, child(at, key), selection.over);
    else if (key == "worst_over")
      lists.read(value, child(at, key), selection.worst_over);
    else if (key == "metric" && value.is_string())
      selection.metric = value;
    else if (key == "metric")
      problems.add(child(at, key), fmt::format("{} is not a column of metrics.csv", shown(value)));
    else
      problems.add(child(at, key), fmt::format("unknown key{}", suggestion(key, kKeys)));
  }
  return selection;
}

void check_metric(const SweepSelection& selection, const std::string& at, std::span<const RunConfig> runs,
                  Problems& problems) {
  const std::string where = child(at, std::string("metric")), &metric = selection.metric;
  if (metric.starts_with("test_"))
    return problems.add(where,
                        fmt::format("\"{}\": a choice by the test set makes the accuracy that is reported "
                                    "too good; take a validation_ column",
                                    metric));
  for (const RunConfig& run : runs)
    if (const std::string reason = why_not_judged(run, metric); !reason.empty())
      return problems.add(where, reason);
}

}  // namespace varangian
