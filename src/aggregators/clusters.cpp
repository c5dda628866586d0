#include "aggregators/clusters.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <tuple>

namespace varangian {
namespace {

size_t side_of(const std::vector<double>& distance) {
  return static_cast<size_t>(std::llround(std::sqrt(static_cast<double>(distance.size()))));
}

// Numbers any marks by first appearance.
std::vector<int64_t> relabelled(const std::vector<size_t>& marks) {
  std::map<size_t, int64_t> names;
  std::vector<int64_t> labels;
  for (const size_t mark : marks)
    labels.push_back(names.emplace(mark, static_cast<int64_t>(names.size())).first->second);
  return labels;
}

}  // namespace

std::vector<int64_t> average_linkage(const std::vector<double>& distance, int64_t count) {
  const size_t m = side_of(distance);
  std::vector<std::vector<size_t>> clusters(m);
  for (size_t i = 0; i < m; ++i) clusters[i] = {i};
  const auto between = [&](const std::vector<size_t>& a, const std::vector<size_t>& b) {
    double sum = 0;
    for (const size_t i : a)
      for (const size_t j : b) sum += distance[i * m + j];
    return sum / static_cast<double>(a.size() * b.size());
  };
  while (static_cast<int64_t>(clusters.size()) > count) {
    std::tuple<double, size_t, size_t> best(std::numeric_limits<double>::infinity(), 0, 1);
    for (size_t a = 0; a < clusters.size(); ++a)
      for (size_t b = a + 1; b < clusters.size(); ++b)
        best = std::min(best, {between(clusters[a], clusters[b]), a, b});
    const auto [far, a, b] = best;
    clusters[a].insert(clusters[a].end(), clusters[b].begin(), clusters[b].end());
    clusters.erase(clusters.begin() + static_cast<int64_t>(b));
  }
  std::vector<size_t> marks(m);
  for (size_t c = 0; c < clusters.size(); ++c)
    for (const size_t i : clusters[c]) marks[i] = c;
  return relabelled(marks);
}

std::vector<int64_t> first_component(const std::vector<double>& distance, int64_t least) {
  const size_t m = side_of(distance);
  std::vector<std::tuple<double, size_t, size_t>> edges;
  for (size_t i = 0; i < m; ++i)
    for (size_t j = 0; j < i; ++j) edges.emplace_back(distance[i * m + j], j, i);
  std::sort(edges.begin(), edges.end());
  std::vector<size_t> root(m);
  std::iota(root.begin(), root.end(), 0);
  std::vector<int64_t> members;
  const auto collect = [&](size_t mark) {
    members.clear();
    for (size_t i = 0; i < m; ++i)
      if (root[i] == mark) members.push_back(static_cast<int64_t>(i));
  };
  for (const auto& [far, i, j] : edges) {
    if (root[i] == root[j]) continue;
    const size_t from = root[j], into = root[i];
    std::replace(root.begin(), root.end(), from, into);
    collect(into);
    if (static_cast<int64_t>(members.size()) >= least) return members;
  }
  members.resize(m);
  std::iota(members.begin(), members.end(), 0);
  return members;
}

std::vector<int64_t> mean_shift(const std::vector<std::vector<double>>& points, double bandwidth) {
  const auto squared = [](const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (size_t k = 0; k < a.size(); ++k) sum += (a[k] - b[k]) * (a[k] - b[k]);
    return sum;
  };
  constexpr int kSteps = 300;
  std::vector<std::vector<double>> rest = points;
  for (std::vector<double>& at : rest)
    for (int step = 0; step < kSteps; ++step) {
      std::vector<double> mean(at.size(), 0.0);
      double near = 0;
      for (const std::vector<double>& point : points) {
        if (squared(point, at) > bandwidth * bandwidth) continue;
        for (size_t k = 0; k < at.size(); ++k) mean[k] += point[k];
        ++near;
      }
      if (near == 0) break;
      for (double& value : mean) value /= near;
      const double moved = squared(mean, at);
      at = mean;
      if (moved <= 1e-6 * bandwidth * bandwidth) break;
    }
  std::vector<size_t> marks(points.size());
  for (size_t i = 0; i < points.size(); ++i) {
    marks[i] = i;
    for (size_t j = 0; j < i; ++j)
      if (squared(rest[i], rest[j]) <= bandwidth * bandwidth) {
        marks[i] = marks[j];
        break;
      }
  }
  return relabelled(marks);
}

std::vector<int64_t> largest_cluster(const std::vector<int64_t>& labels) {
  std::map<int64_t, int64_t> sizes;
  for (const int64_t label : labels) ++sizes[label];
  int64_t best = labels.empty() ? 0 : labels.front();
  for (const auto& [label, size] : sizes)
    if (size > sizes[best] || (size == sizes[best] && label < best)) best = label;
  std::vector<int64_t> members;
  for (size_t i = 0; i < labels.size(); ++i)
    if (labels[i] == best) members.push_back(static_cast<int64_t>(i));
  return members;
}

}  // namespace varangian
