#pragma once

#include "experiments/run_summary.h"

#include <functional>
#include <string>
#include <vector>

namespace varangian {

/// What the runs of a folder differ in. An axis is a key of the manifests' "swept"; a run without it has null
/// there. Where runs of several experiments lie together, their name is the axis "experiment".
class Axes {
 public:
  explicit Axes(std::vector<RunSummary> runs);

  const std::vector<RunSummary>& runs() const { return runs_; }
  const std::vector<std::string>& names() const { return names_; }

  /// The axis that a user means: its name, the last parts of its pointer ("byzantine"), or, as "aggregator",
  /// a part of the config that only one axis changes. `option` begins the Error.
  std::string find(const std::string& asked, const std::string& option) const;

  /// The axis whose values choose adversaries, "" where none or several do.
  std::string attack_axis() const;

  /// The axis of seeds, "" without one.
  std::string seed_axis() const;

  /// The axes that stay the same while `axis` varies. Those that follow from it (zipped with it, say) do not;
  /// a seed always does.
  std::vector<std::string> held(const std::string& axis) const;

  /// The runs with one of the values, as value_label writes them, that "AXIS=VALUE,VALUE" names.
  Axes only(const std::string& condition) const;

 private:
  /// Two runs that differ in nothing but the axis (and what follows from it) differ in this, too.
  bool changes(const std::string& axis, const std::function<Json(const RunSummary&)>& part) const;
  bool follows(const std::string& axis, const std::string& from) const;

  std::vector<RunSummary> runs_;
  std::vector<std::string> names_;
};

Json value_on(const RunSummary& run, const std::string& axis);

/// A value of an axis for people, on one printable line: "median", "9", "rescale (factor -10)", "not set".
std::string value_label(const Json& value);

/// Labels in order: what stands for nothing, numbers by size, the rest by alphabet.
void sort_labels(std::vector<std::string>& labels);

/// "byzantine" of "/workers/byzantine", "adversary" of "/adversary/name".
std::string axis_label(const std::string& axis);

/// "adversary times -10, seed 0": the run's values on these axes.
std::string place_of(const RunSummary& run, const std::vector<std::string>& axes);

}  // namespace varangian
