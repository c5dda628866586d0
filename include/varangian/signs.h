#pragma once

#include <ATen/core/Tensor.h>

namespace varangian {

// Sign words as Messages::rows says, by our kernels on the CPU and by LibTorch's operators on other devices.

/// dense: float32 [k, d], columns contiguous; wire: int64 [k, ceil(d / 64)]. 0, -0 and NaN count as positive.
void pack_signs(const at::Tensor& dense, at::Tensor wire);
/// The same, with a random bit (from coins, int64 as wire) for 0, -0 and NaN.
void pack_signs_with_coins(const at::Tensor& dense, const at::Tensor& coins, at::Tensor wire);

/// wire: int64 [n, words]; negative and undecided: int64 [words], bits set where at least `quorum` of the
/// rows are negative, and where neither side has that many. quorum > n / 2; 0: the smallest majority.
void majority(const at::Tensor& wire, at::Tensor negative, at::Tensor undecided, int64_t quorum = 0);

/// words: int64 [ceil(d / 64)]; out: float32 [d], -1 where the bit is set and +1 elsewhere.
void unpack_signs(const at::Tensor& words, at::Tensor out);

}  // namespace varangian
