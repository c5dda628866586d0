#include "../signs.h"
#include "kernels.h"
#include "launch.h"
#include "words.h"

namespace varangian::kernels::cuda {
namespace {

__device__ int64_t own_index() { return static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x; }

// A warp makes half a word of 32 neighbouring columns; a row for each y of the grid.
__global__ void pack(const float* rows, int64_t stride, int64_t columns, const uint64_t* coins,
                     int64_t coins_stride, uint64_t* words, int64_t words_stride, int64_t halves) {
  const int64_t j = own_index(), half = j / 32, r = blockIdx.y;
  bool bit = false;
  if (j < columns) {
    const bool coin = coins != nullptr && (coins[r * coins_stride + j / 64] >> (j % 64) & 1) != 0;
    bit = sign_bit(rows[r * stride + j], coin);
  }
  const uint32_t bits = __ballot_sync(0xffffffffu, bit);
  if (j % 32 == 0 && half < halves) reinterpret_cast<uint32_t*>(words + r * words_stride)[half] = bits;
}

__global__ void unpack(const uint64_t* words, int64_t columns, float* out) {
  if (const int64_t j = own_index(); j < columns) out[j] = sign_of_bit(words[j / 64], static_cast<int>(j % 64));
}

__global__ void count_votes(const uint64_t* rows, int64_t n, int64_t stride, int64_t words, int64_t quorum,
                            uint64_t* negative, uint64_t* undecided) {
  if (const int64_t w = own_index(); w < words)
    majority_of_word(rows + w, n, stride, quorum, negative[w], undecided[w]);
}

}  // namespace

void pack_signs(const float* rows, int64_t n, int64_t stride, int64_t columns, const uint64_t* coins,
                int64_t coins_stride, uint64_t* words, int64_t words_stride, void* stream) {
  constexpr int64_t kMostAtOnce = 65535;  // of a grid's second axis
  const int64_t halves = 2 * sign_words(columns);
  for (int64_t r = 0; r < n; r += kMostAtOnce) {
    const dim3 grid(blocks_for(32 * halves), static_cast<unsigned>(n - r < kMostAtOnce ? n - r : kMostAtOnce));
    pack<<<grid, kThreads, 0, as_stream(stream)>>>(rows + r * stride, stride, columns,
                                                   coins == nullptr ? nullptr : coins + r * coins_stride,
                                                   coins_stride, words + r * words_stride, words_stride, halves);
    check_launch("pack_signs");
  }
}

void unpack_signs(const uint64_t* words, int64_t columns, float* out, void* stream) {
  unpack<<<blocks_for(columns), kThreads, 0, as_stream(stream)>>>(words, columns, out);
  check_launch("unpack_signs");
}

void majority(const uint64_t* rows, int64_t n, int64_t stride, int64_t words, int64_t quorum,
              uint64_t* negative, uint64_t* undecided, void* stream) {
  count_votes<<<blocks_for(words), kThreads, 0, as_stream(stream)>>>(rows, n, stride, words, quorum, negative,
                                                                     undecided);
  check_launch("majority");
}

}  // namespace varangian::kernels::cuda
