#pragma once

#include <array>

namespace varangian::kernels {

// Constants shared by the CPU kernel and its twin in tensor operators (src/tensor/random.cpp).

/// log(m) on [sqrt(1/2), sqrt(2)) as in the Cephes library's logf: x = m - 1,
/// ((...(c0 x + c1) x + ...) x + c8) x^3 - x^2 / 2 + x, highest power first.
inline constexpr std::array<float, 9> kLog = {7.0376836292e-2f,  -1.1514610310e-1f, 1.1676998740e-1f,
                                              -1.2420140846e-1f, 1.4249322787e-1f,  -1.6668057665e-1f,
                                              2.0000714765e-1f,  -2.4999993993e-1f, 3.3333331174e-1f};
inline constexpr float kLn2High = 0.693359375f;
inline constexpr float kLn2Low = -2.12194440e-4f;
inline constexpr float kSqrtHalf = 0.707106781186547524f;

/// erfinv(x) / x as a polynomial in w - 2.5 for w = -log((1 - x)(1 + x)) < 5, in sqrt(w) - 3 above (Giles).
inline constexpr std::array<float, 9> kErfinvCentre = {2.81022636e-08f,  3.43273939e-07f, -3.5233877e-06f,
                                                       -4.39150654e-06f, 0.00021858087f,  -0.00125372503f,
                                                       -0.00417768164f,  0.246640727f,    1.50140941f};
inline constexpr std::array<float, 9> kErfinvTail = {-0.000200214257f, 0.000100950558f, 0.00134934322f,
                                                     -0.00367342844f,  0.00573950773f,  -0.0076224613f,
                                                     0.00943887047f,   1.00167406f,     2.83297682f};
inline constexpr float kSqrt2 = 1.41421356237309504880f;

}  // namespace varangian::kernels
