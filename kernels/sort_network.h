#pragma once

#include "isa.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

// Sorts the n values of several columns side by side: x[r] holds the r-th value of each. V is a vector of
// floats (GCC's vector extension) or a float.
namespace varangian::kernels {

/// Batcher's odd-even merge sort, cut off at n inputs.
template <typename Exchange>
constexpr void for_each_pair(int64_t n, Exchange exchange) {
  for (int64_t p = 1; p < n; p *= 2)
    for (int64_t k = p; k >= 1; k /= 2)
      for (int64_t j = k % p; j + k < n; j += 2 * k) {
        if ((j ^ (j + k)) >= 2 * p) continue;  // not in one group of 2 p
        const int64_t count = k < n - j - k ? k : n - j - k;
        for (int64_t i = j; i < j + count; ++i) exchange(i, i + k);
      }
}

template <typename V>
VARANGIAN_INLINE void exchange(V& a, V& b) {
  const V low = a < b ? a : b, high = a > b ? a : b;  // in this form GCC sees a minimum and a maximum
  a = low;
  b = high;
}

template <int N>
constexpr size_t pair_count() {
  size_t count = 0;
  for_each_pair(N, [&](int64_t, int64_t) { ++count; });
  return count;
}

template <int N>
constexpr auto make_pairs() {
  std::array<std::pair<int, int>, pair_count<N>()> pairs{};
  size_t at = 0;
  for_each_pair(N, [&](int64_t low, int64_t high) {
    pairs[at++] = {static_cast<int>(low), static_cast<int>(high)};
  });
  return pairs;
}

template <int N>
constexpr auto kPairs = make_pairs<N>();

template <int N, typename V, size_t... I>
VARANGIAN_INLINE void sort_unrolled(V (&x)[N], std::index_sequence<I...>) {
  (exchange(x[kPairs<N>[I].first], x[kPairs<N>[I].second]), ...);
}

/// Unrolled at compile time, so that up to 32 values stay in AVX-512's registers; what nobody reads of the
/// result is not computed.
template <int N, typename V>
VARANGIAN_INLINE void sort_in_registers(V (&x)[N]) {
  sort_unrolled<N>(x, std::make_index_sequence<kPairs<N>.size()>());
}

template <int N, int K, typename V>
VARANGIAN_INLINE void halve(V (&x)[N]) {
#pragma GCC unroll 32
  for (int i = 0; i < N; ++i)
    if ((i & K) == 0) exchange(x[i], x[i + K]);
  if constexpr (K > 1) halve<N, K / 2>(x);
}

/// Sorts a sequence that rises and then falls, or falls and then rises. N is a power of 2.
template <int N, typename V>
VARANGIAN_INLINE void merge_in_registers(V (&x)[N]) {
  halve<N, N / 2>(x);
}

}  // namespace varangian::kernels
