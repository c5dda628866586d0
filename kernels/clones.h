#pragma once

// Compiles a loop for several instruction sets; the loader takes the best that the machine has. Sound for our
// kernels because nothing in them depends on the width of a vector: sums run in a written order, and
// -ffp-contract=off keeps a multiply and an add apart. Sanitizers cannot run the resolvers (GCC and Clang say
// in different words that one is on).
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define VARANGIAN_SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define VARANGIAN_SANITIZED
#endif
#if defined(__x86_64__) && !defined(VARANGIAN_SANITIZED)
#define VARANGIAN_CLONES __attribute__((target_clones("default", "avx2", "arch=x86-64-v4")))
#else
#define VARANGIAN_CLONES
#endif

// A function for machines with AVX-512 alone, to be called where has_avx512().
#if defined(__x86_64__)
#define VARANGIAN_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
inline bool has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#else
#define VARANGIAN_AVX512
inline bool has_avx512() { return false; }
#endif
