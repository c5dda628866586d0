#include "columns.h"

#include "clones.h"
#include "lanes.h"

#include <algorithm>

namespace varangian::kernels {
namespace {

constexpr int64_t kTile = 1024;

}  // namespace

VARANGIAN_CLONES void column_mean(const float* rows, int64_t n, int64_t stride, int64_t columns, float* out) {
  const float scale = 1.0f / static_cast<float>(n);
  for (int64_t begin = 0; begin < columns; begin += kTile) {
    const int64_t width = std::min(kTile, columns - begin);
    float* sum = out + begin;
    for (int64_t j = 0; j < width; ++j) sum[j] = rows[begin + j];
    for (int64_t r = 1; r < n; ++r) {
      const float* row = rows + r * stride + begin;
      for (int64_t j = 0; j < width; ++j) sum[j] += row[j];
    }
    for (int64_t j = 0; j < width; ++j) sum[j] *= scale;
  }
}

VARANGIAN_CLONES double sum_of_squares(const float* x, int64_t count) { return dot(x, x, count); }

VARANGIAN_CLONES double dot(const float* x, const float* y, int64_t count) {
  double lane[kLanes] = {};
  int64_t j = 0;
  for (; j + kLanes <= count; j += kLanes)
    for (int64_t k = 0; k < kLanes; ++k)
      lane[k] += static_cast<double>(x[j + k]) * static_cast<double>(y[j + k]);
  for (int64_t k = 0; j + k < count; ++k)
    lane[k] += static_cast<double>(x[j + k]) * static_cast<double>(y[j + k]);
  return add_lanes(lane);
}

VARANGIAN_CLONES int64_t count_different_signs(const float* x, const float* y, int64_t count) {
  int64_t different = 0;
  for (int64_t j = 0; j < count; ++j) different += (x[j] < 0.0f) != (y[j] < 0.0f);
  return different;
}

}  // namespace varangian::kernels
