#include "median.h"

#include "clones.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

namespace varangian::kernels {
namespace {

// Up to kInRegisters rows, the values of 16 columns stay in AVX-512 registers while the network, unrolled at
// compile time, sorts them; with more rows they stay in the first cache; beyond kLargestNetwork each column
// is selected alone. All ways compare the same pairs in the same order, so they agree to the bit.

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr int64_t kTile = 64;             // columns sorted side by side
constexpr int64_t kLargestNetwork = 128;  // beyond it a selection per column is faster
constexpr int kInRegisters = 32;          // as many as AVX-512 has
constexpr int64_t kLanes = 16;            // floats in one of them

struct Network {
  std::array<std::pair<int, int>, 1536> pairs{};  // a whole sort of kLargestNetwork inputs takes 1,471
  size_t size = 0;

  constexpr void add(int low, int high) { pairs[size++] = {low, high}; }
};

// Batcher's odd-even merge sort for n inputs, less the comparators that cannot reach the middle outputs.
constexpr Network median_network(int n) {
  Network all;
  for (int p = 1; p < n; p *= 2)
    for (int k = p; k >= 1; k /= 2)
      for (int j = k % p; j + k < n; j += 2 * k)
        for (int i = 0; i < std::min(k, n - j - k); ++i)
          if ((i + j) / (2 * p) == (i + j + k) / (2 * p)) all.add(i + j, i + j + k);
  bool needed[kLargestNetwork] = {}, keeps[1536] = {};
  needed[(n - 1) / 2] = needed[n / 2] = true;
  for (size_t i = all.size; i-- > 0;) {
    const auto [low, high] = all.pairs[i];
    keeps[i] = needed[low] || needed[high];
    if (keeps[i]) needed[low] = needed[high] = true;
  }
  Network kept;
  for (size_t i = 0; i < all.size; ++i)
    if (keeps[i]) kept.add(all.pairs[i].first, all.pairs[i].second);
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
    sort_tile(network.pairs.data(), network.pairs.data() + network.size, tile);
    for (int64_t j = 0; j < width; ++j)
      out[begin + j] = n % 2 == 1 ? lower[j] : 0.5f * lower[j] + 0.5f * upper[j];
  }
}

using Vector = float __attribute__((vector_size(kLanes * sizeof(float))));

template <int N>
constexpr Network kNetwork = median_network(N);

[[gnu::always_inline]] inline void exchange(Vector& a, Vector& b) {
  const auto ordered = a < b;
  const Vector low = ordered ? a : b, high = ordered ? b : a;
  a = low;
  b = high;
}

template <int N, size_t... I>
[[gnu::always_inline]] inline void sort_vectors(Vector (&x)[N], std::index_sequence<I...>) {
  (exchange(x[kNetwork<N>.pairs[I].first], x[kNetwork<N>.pairs[I].second]), ...);
}

template <int N>
[[gnu::always_inline]] inline void in_registers(const float* rows, int64_t stride, int64_t columns,
                                                float* out) {
  for (int64_t begin = 0; begin < columns; begin += kLanes) {
    const size_t bytes = static_cast<size_t>(std::min(kLanes, columns - begin)) * sizeof(float);
    Vector x[N] = {};
    for (int r = 0; r < N; ++r) {
      if (bytes == sizeof(Vector))
        std::memcpy(&x[r], rows + r * stride + begin, sizeof(Vector));
      else
        std::memcpy(&x[r], rows + r * stride + begin, bytes);
      x[r] = x[r] == x[r] ? x[r] : Vector{} + kInf;
    }
    sort_vectors<N>(x, std::make_index_sequence<kNetwork<N>.size>());
    const Vector middle = N % 2 == 1 ? x[N / 2] : 0.5f * x[(N - 1) / 2] + 0.5f * x[N / 2];
    std::memcpy(out + begin, &middle, bytes);
  }
}

using Median = void (*)(const float*, int64_t, int64_t, float*);

// Compiled for AVX-512 alone: with fewer registers the values would go to memory and back, which by_network
// does better.
#define VARANGIAN_MEDIAN(N)                                                                             \
  VARANGIAN_AVX512 void median_of_##N(const float* rows, int64_t stride, int64_t columns, float* out) { \
    in_registers<N>(rows, stride, columns, out);                                                        \
  }
// clang-format off
#define VARANGIAN_FOR_EACH(M)                                                            \
  M(1) M(2) M(3) M(4) M(5) M(6) M(7) M(8) M(9) M(10) M(11) M(12) M(13) M(14) M(15) M(16) \
  M(17) M(18) M(19) M(20) M(21) M(22) M(23) M(24) M(25) M(26) M(27) M(28) M(29) M(30) M(31) M(32)
// clang-format on
VARANGIAN_FOR_EACH(VARANGIAN_MEDIAN)
#define VARANGIAN_NAME(N) median_of_##N,
constexpr Median kMedians[kInRegisters] = {VARANGIAN_FOR_EACH(VARANGIAN_NAME)};

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
  static const bool wide = has_avx512();
  if (wide && n <= kInRegisters)
    kMedians[n - 1](rows, stride, columns, out);
  else
    column_median_portable(rows, n, stride, columns, out);
}

void column_median_portable(const float* rows, int64_t n, int64_t stride, int64_t columns, float* out) {
  if (n <= kLargestNetwork)
    by_network(rows, n, stride, columns, out);
  else
    by_selection(rows, n, stride, columns, out);
}

}  // namespace varangian::kernels
