#pragma once

#include <cstdint>
#include <vector>

namespace varangian {

/// Agglomerative clustering by average linkage down to `count` clusters: a label for each point. `distance`
/// is [m, m], row after row. Labels are in the order of each cluster's first point.
std::vector<int64_t> average_linkage(const std::vector<double>& distance, int64_t count);

/// Single linkage until a component has at least `least` points: those points, in rising order; all, when
/// none ever has.
std::vector<int64_t> first_component(const std::vector<double>& distance, int64_t least);

/// Mean shift with a flat kernel: points that come to rest within `bandwidth` of one another share a label.
/// points: coordinates of each point.
std::vector<int64_t> mean_shift(const std::vector<std::vector<double>>& points, double bandwidth);

/// The points of the label that most have; of equal ones the lower label.
std::vector<int64_t> largest_cluster(const std::vector<int64_t>& labels);

}  // namespace varangian
