#include "experiments/comparison/against.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace varangian {
namespace {

// Values over the seeds, by the run's place.
using Side = std::map<std::string, std::vector<double>>;

Side cells_on(const Axes& axes, const Measurements& measurements) {
  std::vector<std::string> names = axes.names();
  std::sort(names.begin(), names.end());  // whatever the order in which each sweep named them
  std::erase(names, axes.seed_axis());
  Side side;
  for (const auto& [run, value] : measurements.runs) {
    std::vector<std::string> own;
    for (const std::string& axis : names)
      if (run->swept.contains(axis)) own.push_back(axis);
    if (value) side[place_of(*run, own)].push_back(*value);
  }
  return side;
}

double average(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// The larger deviation over seeds; NaN where neither side has two.
double spread_of(const std::vector<double>& a, const std::vector<double>& b) {
  return std::fmax(standard_deviation(a), standard_deviation(b));
}

void note_alone(const Side& side, const Side& other, const char* name, std::vector<std::string>& notes) {
  constexpr size_t kShown = 10;
  std::vector<std::string> alone;
  for (const auto& [place, values] : side)
    if (!other.contains(place)) alone.push_back(place.empty() ? "the run outside of a sweep" : place);
  if (alone.empty()) return;
  const size_t count = alone.size();
  if (count > kShown) alone.resize(kShown);
  notes.push_back(fmt::format("only in {} ({}): {}{}", name, count, fmt::join(alone, "; "),
                              count > kShown ? "; ..." : ""));
}

// One run outside of a sweep stands against every cell of the other side.
void against_every_cell(Side& side, const Side& other) {
  if (side.size() != 1 || !side.begin()->first.empty()) return;
  const std::vector<double> values = side.begin()->second;
  side.clear();
  for (const auto& [place, unused] : other) side[place] = values;
}

}  // namespace

Cells against_table(const Axes& a, const Measurements& in_a, const Axes& b, const Measurements& in_b,
                    TableFormat format, std::vector<std::string>& notes) {
  Side left = cells_on(a, in_a), right = cells_on(b, in_b);
  if (left.size() == 1 && right.size() == 1 && left.begin()->first != right.begin()->first) {
    for (Side* side : {&left, &right}) {
      const auto& [place, values] = *side->begin();
      if (!place.empty()) notes.push_back(fmt::format("{} is {}", side == &left ? "A" : "B", place));
      *side = {{"", values}};
    }
  }
  against_every_cell(left, right);
  against_every_cell(right, left);
  note_alone(left, right, "A", notes);
  note_alone(right, left, "B", notes);

  const Measure& measure = in_a.measure;
  const auto number = [&](double value) { return number_text(value, measure, format); };
  const auto escaped = [&](const std::string& text) {
    return format == TableFormat::latex ? latex_escaped(text) : text;
  };
  Cells table(1, {"cell", "A", "B", "A - B", "spread", "runs in A", "runs in B", "beyond seeds"});
  for (const auto& [place, x] : left) {
    const auto found = right.find(place);
    if (found == right.end()) continue;
    const std::vector<double>& y = found->second;
    const double spread = spread_of(x, y);
    const double difference = average(x) == average(y) ? 0 : average(x) - average(y);
    const bool known = !std::isnan(spread) && !std::isnan(difference);
    table.push_back({escaped(place.empty() ? "run" : place), number(average(x)), number(average(y)),
                     number(difference), number(spread), std::to_string(x.size()), std::to_string(y.size()),
                     !known                          ? "unknown"
                     : std::abs(difference) > spread ? "yes"
                                                     : "no"});
  }
  if (table.size() == 1) {
    std::string text;
    for (const std::string& note : notes) text += "\n" + note;
    throw Error("--against: no cell stands in both folders" + text);
  }
  return table;
}

}  // namespace varangian
