#include "aggregators/good_workers.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace varangian {

std::vector<char> good_of(const at::Tensor& state) {
  const at::Tensor flags = state.cpu();
  std::vector<char> good;
  for (int64_t i = 0; i < flags.numel(); ++i) good.push_back(flags.const_data_ptr<int64_t>()[i] != 0 ? 1 : 0);
  return good;
}

at::Tensor tensor_of(const std::vector<char>& good) {
  at::Tensor flags = at::zeros({static_cast<int64_t>(good.size())}, at::kLong);
  for (size_t i = 0; i < good.size(); ++i) flags.data_ptr<int64_t>()[i] = good[i];
  return flags;
}

int64_t middle_of(const Geometry& geometry, const std::vector<char>& good, double radius) {
  const auto count = std::count(good.begin(), good.end(), 1);
  std::pair<double, int64_t> best(std::numeric_limits<double>::infinity(), -1);
  for (int64_t i = 0; i < geometry.n(); ++i) {
    if (good[static_cast<size_t>(i)] == 0) continue;
    int64_t near = 0;
    std::vector<double> distances;
    for (int64_t j = 0; j < geometry.n(); ++j) {
      if (good[static_cast<size_t>(j)] == 0) continue;
      distances.push_back(std::sqrt(geometry.squared_distance(i, j)));
      near += distances.back() <= radius ? 1 : 0;
    }
    if (2 * near > count) return i;
    if (best.second < 0) best.second = i;
    best = std::min(best, {median_of(distances), i});
  }
  return best.second;
}

void average_good(const RowsView& view, const std::vector<char>& good, at::Tensor update) {
  const auto count = std::count(good.begin(), good.end(), 1);
  Coefficients c(good.size(), 0.0);
  for (size_t i = 0; i < good.size(); ++i)
    if (good[i] != 0) c[i] = 1.0 / static_cast<double>(count);
  combine(rows_of(view.rows), c, update, view.parallel);
}

}  // namespace varangian
