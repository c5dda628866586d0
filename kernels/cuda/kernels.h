#pragma once

#include "../order_statistics.h"
#include "../steps.h"

#include <cstdint>

/// The functions of kernels/*.h of the same names on a GPU's memory, to the same bits. They are queued on
/// `stream` (a cudaStream_t; null: the default one) and return at once. They throw std::runtime_error when
/// they cannot be queued. Compiled where there is nvcc (VARANGIAN_CUDA is defined then).
namespace varangian::kernels::cuda {

#ifdef VARANGIAN_CUDA
inline constexpr bool kBuilt = true;
#else
inline constexpr bool kBuilt = false;  // then nothing may call them: they are not there to link
#endif

/// "" when these kernels run on this machine's GPU, else why they do not (an older driver, say). Asked once.
const char* why_not();
inline bool work() { return *why_not() == '\0'; }

/// LibTorch's stream where nobody chose another, and nobody does here.
inline constexpr void* kDefaultStream = nullptr;

/// Rows that the order statistics take.
constexpr int64_t kMostRows = 128;

void column_mean(const float* rows, int64_t n, int64_t stride, int64_t columns, float* out, void* stream);
void column_mean_deviation(const float* rows, int64_t n, int64_t stride, int64_t columns, float* mean,
                           float* deviation, void* stream);
void column_sign_sum(const float* rows, int64_t n, int64_t stride, int64_t columns, float* out, void* stream);

void column_median(const float* rows, int64_t n, int64_t stride, int64_t columns, bool lower, float* out,
                   void* stream);
void column_trimmed_mean(const float* rows, int64_t n, int64_t stride, int64_t columns, int64_t trim,
                         float* out, void* stream);
void column_mean_around(const float* rows, int64_t n, int64_t stride, int64_t columns, Centre centre,
                        int64_t trim, int64_t keep, float* out, void* stream);

/// Of n rows, row r at rows + r * stride, into words + r * words_stride. `coins` (null: all plus) as words
/// are.
void pack_signs(const float* rows, int64_t n, int64_t stride, int64_t columns, const uint64_t* coins,
                int64_t coins_stride, uint64_t* words, int64_t words_stride, void* stream);
void unpack_signs(const uint64_t* words, int64_t columns, float* out, void* stream);
/// n up to 65,535.
void majority(const uint64_t* rows, int64_t n, int64_t stride, int64_t words, int64_t quorum,
              uint64_t* negative, uint64_t* undecided, void* stream);

void momentum(float* m, float* g, float beta, float gain, int64_t count, void* stream);
void sgd_step(float* x, const float* u, float* m, const SgdStep& step, int64_t count, void* stream);

}  // namespace varangian::kernels::cuda
