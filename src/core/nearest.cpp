#include "core/nearest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace varangian {

int edit_distance(std::string_view a, std::string_view b) {
  // Three rows of the table suffice: a swap looks two back.
  std::vector<int> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<int>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::string nearest(std::string_view name, std::span<const std::string> candidates) {
  constexpr size_t kLongest = 64;  // a name from a hostile file may have any length
  std::string best;
  int best_distance = static_cast<int>(std::max<size_t>(2, std::min(name.size(), kLongest) / 3)) + 1;
  if (name.size() > kLongest) return best;
  for (const std::string& candidate : candidates) {
    const bool extended = !name.empty() && candidate.starts_with(name);
    const int distance = extended ? 1 : edit_distance(name, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string suggestion(std::string_view name, std::span<const std::string> candidates) {
  if (const std::string best = nearest(name, candidates); !best.empty())
    return fmt::format("; did you mean \"{}\"?", best);
  if (candidates.empty()) return "; there is none yet";
  return fmt::format("; there is {}", fmt::join(candidates, ", "));
}

}  // namespace varangian
