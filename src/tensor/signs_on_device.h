#pragma once

#include "varangian/signs.h"

namespace varangian {

// varangian/signs.h off the CPU; named so that tests can compare them with the kernels.

void pack_bits_on_device(const at::Tensor& bits, at::Tensor wire);
void majority_on_device(const at::Tensor& wire, at::Tensor negative, at::Tensor undecided,
                        int64_t quorum = 0);
void unpack_signs_on_device(const at::Tensor& words, at::Tensor out);

}  // namespace varangian
