// Tests that need a GPU. Without one they are skipped (exit code 77, as Meson takes it), never passed.
// VARANGIAN_GPU_TESTS_ON=cpu runs them on the CPU, which tests the tests alone.
#include "gpu/device.h"

#include "engine/device.h"
#include "varangian/error.h"

#include <ATen/Parallel.h>

#include <cstdio>
#include <cstdlib>

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

namespace varangian {
namespace {

at::Device chosen = at::kCPU;

}  // namespace

at::Device tested_device() { return chosen; }

}  // namespace varangian

int main(int argc, char** argv) {
  constexpr int kSkipped = 77;
  at::set_num_threads(1);
  const char* name = std::getenv("VARANGIAN_GPU_TESTS_ON");
  try {
    varangian::chosen = varangian::choose_device(name == nullptr ? "cuda" : name);
  } catch (const varangian::Error& error) {
    fmt::print(stderr, "skipped: {}\n", error.what());
    return kSkipped;
  }
  fmt::print("on {}\n", varangian::describe_device(varangian::chosen));
  return Catch::Session().run(argc, argv);
}
