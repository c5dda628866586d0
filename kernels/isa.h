#pragma once

namespace varangian::kernels {

/// The instruction sets that kernels are compiled for. All give the same bytes: sums run in a written order,
/// -ffp-contract=off keeps a multiply and an add apart, and where they are one it is written (__builtin_fma).
enum class Isa { plain, avx2, avx512 };

/// What this process uses: the best that the machine has, or what the environment variable VARANGIAN_ISA
/// (plain, avx2, avx512) says. Throws std::runtime_error when that names nothing, or more than there is.
Isa isa();

const char* to_string(Isa isa);

}  // namespace varangian::kernels

// Sanitizers make unrolled code slow to compile; kernels unroll less there.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define VARANGIAN_SANITIZED
#endif
#endif

#if defined(__clang__)
#define VARANGIAN_WIDE
#else
#define VARANGIAN_WIDE ",prefer-vector-width=512"
#endif
#if defined(__x86_64__)
#define VARANGIAN_AVX2 __attribute__((target("avx2,fma")))
#define VARANGIAN_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma" VARANGIAN_WIDE)))
#else
#define VARANGIAN_AVX2
#define VARANGIAN_AVX512
#endif
#if defined(__CUDACC__)  // what kernels/cuda shares with the CPU
#define VARANGIAN_INLINE inline __host__ __device__
#else
#define VARANGIAN_INLINE inline __attribute__((always_inline))
#endif
#define VARANGIAN_LAMBDA_INLINE __attribute__((always_inline))

/// Of three functions of one type, for plain, AVX2 and AVX-512, the one of isa().
#define VARANGIAN_CHOOSE(first, second, third)                                 \
  (::varangian::kernels::isa() == ::varangian::kernels::Isa::avx512 ? (third)  \
   : ::varangian::kernels::isa() == ::varangian::kernels::Isa::avx2 ? (second) \
                                                                    : (first))

/// Before a kernel's body: defines the function, whose body is then compiled for every instruction set.
/// VARANGIAN_KERNEL(void, scale, (float* x, int64_t count), (x, count)) { loop }
#define VARANGIAN_KERNEL(type, name, parameters, arguments)                                             \
  static VARANGIAN_INLINE type name##_body parameters;                                                  \
  static type name##_plain parameters { return name##_body arguments; }                                 \
  VARANGIAN_AVX2 static type name##_avx2 parameters { return name##_body arguments; }                   \
  VARANGIAN_AVX512 static type name##_avx512 parameters { return name##_body arguments; }               \
  type name parameters { return VARANGIAN_CHOOSE(name##_plain, name##_avx2, name##_avx512) arguments; } \
  static VARANGIAN_INLINE type name##_body parameters
