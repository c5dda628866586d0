#include "isa.h"

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace varangian::kernels {
namespace {

Isa best() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    return Isa::avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return Isa::avx2;
#endif
  return Isa::plain;
}

Isa choose() {
  const char* wanted = std::getenv("VARANGIAN_ISA");
  const Isa machine = best();
  if (wanted == nullptr || *wanted == '\0') return machine;
  for (const Isa isa : {Isa::plain, Isa::avx2, Isa::avx512})
    if (std::string(wanted) == to_string(isa)) {
      if (isa <= machine) return isa;
      throw std::runtime_error("VARANGIAN_ISA: this machine has no " + std::string(wanted) +
                               "; the best that it has is " + to_string(machine));
    }
  throw std::runtime_error("VARANGIAN_ISA: \"" + std::string(wanted) + "\", want plain, avx2 or avx512");
}

}  // namespace

Isa isa() {
  static const Isa chosen = choose();
  return chosen;
}

const char* to_string(Isa isa) { return isa == Isa::avx512 ? "avx512" : isa == Isa::avx2 ? "avx2" : "plain"; }

}  // namespace varangian::kernels
