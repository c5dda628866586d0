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
