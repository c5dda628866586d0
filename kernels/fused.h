#pragma once

#include "isa.h"

#include <cstddef>
#include <type_traits>

namespace varangian::kernels {

/// W numbers side by side (GCC's vector extension); a plain number where W is 1.
template <typename T, int W>
struct VectorOf {
  typedef T type __attribute__((vector_size(W * sizeof(T))));
};
template <typename T>
struct VectorOf<T, 1> {
  using type = T;
};

/// a x + sum, rounded once, by every compiler and instruction set. Files that use it are compiled with
/// -ffp-contract=fast, and use vectors in bodies for hardware that fuses only. a: a number or a V.
template <typename A, typename V>
VARANGIAN_INLINE V multiply_add(const A& a, const V& x, const V& sum) {
  if constexpr (std::is_same_v<V, float>) {
    return __builtin_fmaf(a, x, sum);
  } else if constexpr (std::is_same_v<V, double>) {
    return __builtin_fma(a, x, sum);
  } else {
#if defined(__clang__)  // does not fuse vectors in all cases
    V result;
    for (size_t k = 0; k < sizeof(V) / sizeof(x[0]); ++k) {
      if constexpr (std::is_same_v<A, V>)
        result[k] = multiply_add(a[k], x[k] + 0, sum[k] + 0);
      else
        result[k] = multiply_add(a, x[k] + 0, sum[k] + 0);
    }
    return result;
#else
    return a * x + sum;
#endif
  }
}

}  // namespace varangian::kernels
