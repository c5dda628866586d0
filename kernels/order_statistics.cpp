#include "order_statistics.h"

#include "order_statistics_of_column.h"
#include "sort_network.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <type_traits>
#include <vector>

namespace varangian::kernels {
namespace {

// The columns of one vector are sorted side by side: up to kInRegisters rows in registers by an unrolled
// network, more of them by groups of that size which are then merged in the first cache. An order statistic
// does not depend on how it was found, and sums run in rising order, so all ways agree to the bit.

#if defined(VARANGIAN_SANITIZED)
constexpr int kInRegisters = 8;
#else
constexpr int kInRegisters = 32;  // as many as AVX-512 has
#endif

template <int W>
struct VectorOf {
  typedef float type __attribute__((vector_size(W * sizeof(float))));  // an alias template would drop it
};
template <int W>
using Floats = typename VectorOf<W>::type;

template <int W>
VARANGIAN_INLINE Floats<W> load(const float* from) {
  Floats<W> x;
  std::memcpy(&x, from, sizeof(x));
  return ranked(x);
}

template <int W>
VARANGIAN_INLINE void finish(const Floats<W>* x, const float* rows, int64_t stride, const Rule& rule,
                             float* out) {
  using V = Floats<W>;
  V result, gap = V{} + 1.0f;
  if (rule.kind == Rule::Kind::trimmed_mean)
    result = trimmed_mean(x, rule.n, rule.trim);
  else if (rule.kind == Rule::Kind::around)
    result = mean_around(x, rule, gap);
  else
    result = middle(x, rule.n, rule.kind == Rule::Kind::lower_median);
  std::memcpy(out, &result, sizeof(V));
  if (rule.kind != Rule::Kind::around) return;
  for (int j = 0; j < W; ++j)
    if (gap[j] == 0) out[j] = mean_around_with_ties(rows + j, stride, rule);
}

// Columns by whole vectors; the last one reaches back over columns that are done already. columns >= W.
template <int W, typename Step>
VARANGIAN_INLINE void for_each_vector(int64_t columns, Step step) {
  for (int64_t begin = 0; begin < columns; begin += W) step(std::min(begin, columns - W));
}

// N rows, or N - 1 and one of +Inf. kMedian: nothing but the middle is wanted, and only that is computed.
template <int N, bool kMedian, int W>
VARANGIAN_INLINE void in_registers(const float* rows, int64_t stride, int64_t columns, const Rule& rule,
                                   float* out) {
  using V = Floats<W>;
  const bool full = rule.n == N, lower = rule.kind == Rule::Kind::lower_median || !full;
  for_each_vector<W>(columns, [&](int64_t begin) VARANGIAN_LAMBDA_INLINE {
    V x[N];
    for (int r = 0; r < N - 1; ++r) x[r] = load<W>(rows + r * stride + begin);
    x[N - 1] = full ? load<W>(rows + (N - 1) * stride + begin) : V{} + kInf;
    sort_in_registers<N>(x);
    if constexpr (kMedian) {
      const V result = lower ? x[N / 2 - 1] : 0.5f * x[N / 2 - 1] + 0.5f * x[N / 2];
      std::memcpy(out + begin, &result, sizeof(V));
    } else {
      finish<W>(x, rows + begin, stride, rule, out + begin);
    }
  });
}

// Sorted halves of a whole: its two middle values are the largest of the smaller partners and the smallest of
// the larger ones when each value meets the one that stands as far from the other half's end.
template <typename V>
VARANGIAN_INLINE V middle_of_halves(const V* x, int64_t size, bool lower) {
  V below = x[0], above = x[size - 1];
  exchange(below, above);
  for (int64_t i = 1; i < size / 2; ++i) {
    V low = x[i], high = x[size - 1 - i];
    exchange(low, high);
    below = below > low ? below : low;
    above = above < high ? above : high;
  }
  return lower ? below : 0.5f * below + 0.5f * above;
}

// Batcher's bitonic merge of sorted halves; what fits the registers is merged there.
template <typename V>
VARANGIAN_INLINE void merge_halves(V* x, int64_t size) {
  for (int64_t i = 0; i < size / 2; ++i) exchange(x[i], x[size - 1 - i]);
  for (int64_t k = size / 4; k >= kInRegisters; k /= 2)
    for (int64_t block = 0; block < size; block += 2 * k)
      for (int64_t i = block; i < block + k; ++i) exchange(x[i], x[i + k]);
  for (int64_t r = 0; r < size; r += kInRegisters) {
    V group[kInRegisters];
    for (int i = 0; i < kInRegisters; ++i) group[i] = x[r + i];
    merge_in_registers<kInRegisters>(group);
    for (int i = 0; i < kInRegisters; ++i) x[r + i] = group[i];
  }
}

// As many values as the next power of two has: as many infinite ones below as above, or one more above, so
// that the middle stays the middle.
template <bool kMedian, int W>
VARANGIAN_INLINE void in_cache(const float* rows, int64_t stride, int64_t columns, const Rule& rule,
                               float* out) {
  using V = Floats<W>;
  const int64_t n = rule.n, size = static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(n)));
  const int64_t direct = n / kInRegisters * kInRegisters, below = (size - n) / 2;
  const auto owned = std::make_unique<V[]>(static_cast<size_t>(size));
  V* const x = owned.get();
  // More rows than the hardware follows. Memory hands out long pieces of them faster than a line of each, so
  // while one piece is sorted the next one is fetched into the second cache, row after row.
  constexpr int64_t kPiece = 256, kLine = 16;
  for_each_vector<W>(columns, [&](int64_t begin) VARANGIAN_LAMBDA_INLINE {
    const int64_t piece = begin / kPiece * kPiece, next = piece + kPiece, step = (begin - piece) / W;
    for (int64_t r = step * n * W / kPiece; r < (step + 1) * n * W / kPiece; ++r)
      for (int64_t j = next; j < std::min(next + kPiece, columns); j += kLine)
        __builtin_prefetch(rows + r * stride + j, 0, 2);
    for (int64_t r = direct; r < n; ++r) x[r] = load<W>(rows + r * stride + begin);
    for (int64_t r = n; r < size; ++r) x[r] = V{} + (r < n + below ? -kInf : kInf);
    for (int64_t r = 0; r < size; r += kInRegisters) {
      const float* from = r < direct ? rows + r * stride + begin : reinterpret_cast<const float*>(x + r);
      const int64_t apart = r < direct ? stride : W;
      V group[kInRegisters];
      for (int i = 0; i < kInRegisters; ++i) group[i] = load<W>(from + i * apart);
      sort_in_registers<kInRegisters>(group);
      for (int i = 0; i < kInRegisters; ++i) x[r + i] = group[i];
    }
    for (int64_t whole = 2 * kInRegisters; whole <= (kMedian ? size / 2 : size); whole *= 2)
      for (int64_t r = 0; r < size; r += whole) merge_halves(x + r, whole);
    if constexpr (kMedian) {
      const V result =
          middle_of_halves(x, size, rule.kind == Rule::Kind::lower_median || (size - n) % 2 == 1);
      std::memcpy(out + begin, &result, sizeof(V));
    } else {
      finish<W>(x + below, rows + begin, stride, rule, out + begin);
    }
  });
}

using Body = void (*)(const float*, int64_t, int64_t, const Rule&, float*);

// Two rows, four, ...: bodies[N / 2 - 1].
template <int N, bool kMedian>
VARANGIAN_AVX2 void few_avx2(const float* rows, int64_t stride, int64_t columns, const Rule& rule,
                             float* out) {
  in_registers<N, kMedian, 8>(rows, stride, columns, rule, out);
}
template <int N, bool kMedian>
VARANGIAN_AVX512 void few_avx512(const float* rows, int64_t stride, int64_t columns, const Rule& rule,
                                 float* out) {
  in_registers<N, kMedian, 16>(rows, stride, columns, rule, out);
}
template <bool kMedian>
VARANGIAN_AVX2 void many_avx2(const float* rows, int64_t stride, int64_t columns, const Rule& rule,
                              float* out) {
  in_cache<kMedian, 8>(rows, stride, columns, rule, out);
}
template <bool kMedian>
VARANGIAN_AVX512 void many_avx512(const float* rows, int64_t stride, int64_t columns, const Rule& rule,
                                  float* out) {
  in_cache<kMedian, 16>(rows, stride, columns, rule, out);
}

template <bool kMedian, size_t... I>
constexpr std::array<Body, sizeof...(I)> bodies_avx2(std::index_sequence<I...>) {
  return {few_avx2<2 * I + 2, kMedian>...};
}
template <bool kMedian, size_t... I>
constexpr std::array<Body, sizeof...(I)> bodies_avx512(std::index_sequence<I...>) {
  return {few_avx512<2 * I + 2, kMedian>...};
}

Body body_for(const Rule& rule) {
  using Sizes = std::make_index_sequence<kInRegisters / 2>;
  static constexpr auto kMedians2 = bodies_avx2<true>(Sizes()), kOthers2 = bodies_avx2<false>(Sizes());
  static constexpr auto kMedians512 = bodies_avx512<true>(Sizes()),
                        kOthers512 = bodies_avx512<false>(Sizes());
  const bool median = rule.kind <= Rule::Kind::lower_median;
  if (rule.n > kInRegisters)
    return median ? VARANGIAN_CHOOSE(by_column, many_avx2<true>, many_avx512<true>)
                  : VARANGIAN_CHOOSE(by_column, many_avx2<false>, many_avx512<false>);
  const size_t size = static_cast<size_t>(rule.n + 1) / 2 - 1;
  return median ? VARANGIAN_CHOOSE(by_column, kMedians2[size], kMedians512[size])
                : VARANGIAN_CHOOSE(by_column, kOthers2[size], kOthers512[size]);
}

void apply(const float* rows, int64_t stride, int64_t columns, const Rule& rule, float* out) {
  constexpr int64_t kWidest = 16;
  const Body body = body_for(rule);
  if (columns >= kWidest || body == by_column) return body(rows, stride, columns, rule, out);
  std::vector<float> wide(static_cast<size_t>(rule.n * kWidest)), result(kWidest);
  for (int64_t r = 0; r < rule.n; ++r) std::copy_n(rows + r * stride, columns, wide.begin() + r * kWidest);
  body(wide.data(), kWidest, kWidest, rule, result.data());
  std::copy_n(result.begin(), columns, out);
}

}  // namespace

void column_median(const float* rows, int64_t n, int64_t stride, int64_t columns, bool lower, float* out) {
  apply(rows, stride, columns, {.kind = lower ? Rule::Kind::lower_median : Rule::Kind::median, .n = n}, out);
}

void column_trimmed_mean(const float* rows, int64_t n, int64_t stride, int64_t columns, int64_t trim,
                         float* out) {
  apply(rows, stride, columns, {.kind = Rule::Kind::trimmed_mean, .n = n, .trim = trim}, out);
}

void column_mean_around(const float* rows, int64_t n, int64_t stride, int64_t columns, Centre centre,
                        int64_t trim, int64_t keep, float* out) {
  apply(rows, stride, columns,
        {.kind = Rule::Kind::around, .n = n, .trim = trim, .keep = keep, .centre = centre}, out);
}

}  // namespace varangian::kernels
