#include "median.h"

#include "clones.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace varangian::kernels {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr int64_t kTile = 64;             // columns sorted side by side
constexpr int64_t kLargestNetwork = 128;  // beyond it a selection per column is faster

using Network = std::vector<std::pair<int, int>>;

// Batcher's odd-even merge sort for n inputs, less the comparators that cannot reach the middle outputs.
Network median_network(int n) {
  Network all;
  for (int p = 1; p < n; p *= 2)
    for (int k = p; k >= 1; k /= 2)
      for (int j = k % p; j + k < n; j += 2 * k)
        for (int i = 0; i < std::min(k, n - j - k); ++i)
          if ((i + j) / (2 * p) == (i + j + k) / (2 * p)) all.emplace_back(i + j, i + j + k);
  std::vector<bool> needed(n, false);
  needed[(n - 1) / 2] = needed[n / 2] = true;
  Network kept;
  for (auto it = all.rbegin(); it != all.rend(); ++it)
    if (needed[it->first] || needed[it->second]) {
      needed[it->first] = needed[it->second] = true;
      kept.push_back(*it);
    }
  std::reverse(kept.begin(), kept.end());
  return kept;
}

// A rule's calls come block by block with one n: the network of the last n is kept by each thread.
const Network& network_for(int n) {
  thread_local int last_n = 0;
  thread_local Network network;
  if (last_n != n) {
    network = median_network(n);
    last_n = n;
  }
  return network;
}

inline float ranked(float x) { return x == x ? x : kInf; }

VARANGIAN_CLONES void sort_tile(const std::pair<int, int>* begin, const std::pair<int, int>* end,
                                float* tile) {
  for (; begin != end; ++begin) {
    float* a = tile + begin->first * kTile;
    float* b = tile + begin->second * kTile;
    for (int64_t j = 0; j < kTile; ++j) {
      const float low = a[j] < b[j] ? a[j] : b[j];
      const float high = a[j] < b[j] ? b[j] : a[j];
      a[j] = low;
      b[j] = high;
    }
  }
}

VARANGIAN_CLONES void load_tile(const float* rows, int64_t n, int64_t stride, int64_t width, float* tile) {
  for (int64_t r = 0; r < n; ++r)
    for (int64_t j = 0; j < width; ++j) tile[r * kTile + j] = ranked(rows[r * stride + j]);
}

void by_network(const float* rows, int64_t n, int64_t stride, int64_t columns, float* out) {
  const Network& network = network_for(static_cast<int>(n));
  alignas(64) float tile[kLargestNetwork * kTile] = {};
  const float* lower = tile + (n - 1) / 2 * kTile;
  const float* upper = tile + n / 2 * kTile;
  for (int64_t begin = 0; begin < columns; begin += kTile) {
    const int64_t width = std::min(kTile, columns - begin);
    load_tile(rows + begin, n, stride, width, tile);
    sort_tile(network.data(), network.data() + network.size(), tile);
    for (int64_t j = 0; j < width; ++j)
      out[begin + j] = n % 2 == 1 ? lower[j] : 0.5f * lower[j] + 0.5f * upper[j];
  }
}

void by_selection(const float* rows, int64_t n, int64_t stride, int64_t columns, float* out) {
  std::vector<float> column(n);
  for (int64_t j = 0; j < columns; ++j) {
    for (int64_t r = 0; r < n; ++r) column[r] = ranked(rows[r * stride + j]);
    const auto middle = column.begin() + n / 2;
    std::nth_element(column.begin(), middle, column.end());
    out[j] = n % 2 == 1 ? *middle : 0.5f * *std::max_element(column.begin(), middle) + 0.5f * *middle;
  }
}

}  // namespace

void column_median(const float* rows, int64_t n, int64_t stride, int64_t columns, float* out) {
  if (n <= kLargestNetwork)
    by_network(rows, n, stride, columns, out);
  else
    by_selection(rows, n, stride, columns, out);
}

}  // namespace varangian::kernels
