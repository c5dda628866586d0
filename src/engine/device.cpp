#include "engine/device.h"

#include "engine/crew.h"
#include "kernels/isa.h"
#include "varangian/error.h"

#include <ATen/Context.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>

#include <dlfcn.h>

#include <cstdlib>

namespace varangian {
namespace {

// Empty when a GPU works, else why none does. The driver comes first: without one there is no need to load
// the gigabyte of CUDA libraries.
std::string why_no_cuda() {
  if (dlopen("libcuda.so.1", RTLD_NOW | RTLD_GLOBAL) == nullptr)
    return "no NVIDIA driver is installed (libcuda.so.1)";
  if (dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) == nullptr)
    return fmt::format("LibTorch's CUDA side cannot be loaded ({}); README.md, \"GPU\", says what it needs",
                       dlerror());
  // cuDNN asks the loader for NVIDIA's run-time compiler by its bare name, which must be known by then. Most
  // of its kernels do without.
  dlopen("libcaffe2_nvrtc.so", RTLD_NOW | RTLD_GLOBAL);
  if (at::detail::getCUDAHooks().deviceCount() == 0) return "the driver reports no GPU";
  return "";
}

}  // namespace

at::Device choose_device(const std::string& name) {
  if (name == "cpu") return at::kCPU;
  const std::string reason = why_no_cuda();
  if (reason.empty()) {
    // Bit for bit on one card, and 32-bit floats that are 32-bit floats.
    at::globalContext().setDeterministicCuDNN(true);
    at::globalContext().setBenchmarkCuDNN(false);
    at::globalContext().setAllowTF32CuDNN(false);
    at::globalContext().setAllowTF32CuBLAS(false);
    setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
    return at::Device(at::kCUDA, 0);
  }
  if (name == "cuda") throw Error::format("device \"cuda\": {}; take \"cpu\" or \"auto\"", reason);
  return at::kCPU;
}

std::string kernel_isa() {
  try {
    return kernels::to_string(kernels::isa());
  } catch (const std::exception& error) {
    throw Error(error.what());
  }
}

std::string cpu_capability() { return at::get_cpu_capability(); }

std::string gpu_name() {
  void* driver = dlopen("libcuda.so.1", RTLD_NOW);
  if (driver == nullptr) return "";
  const auto start = reinterpret_cast<int (*)(unsigned)>(dlsym(driver, "cuInit"));
  const auto name = reinterpret_cast<int (*)(char*, int, int)>(dlsym(driver, "cuDeviceGetName"));
  char text[256] = {};
  const bool known = start != nullptr && name != nullptr && start(0) == 0 && name(text, sizeof text, 0) == 0;
  return known ? text : "";
}

// Asked of the driver, in a context that goes at once: LibTorch's own would stay in this process.
double free_gpu_memory() {
  void* driver = dlopen("libcuda.so.1", RTLD_NOW);
  if (driver == nullptr) return 0;
  const auto start = reinterpret_cast<int (*)(unsigned)>(dlsym(driver, "cuInit"));
  const auto retain = reinterpret_cast<int (*)(void**, int)>(dlsym(driver, "cuDevicePrimaryCtxRetain"));
  const auto enter = reinterpret_cast<int (*)(void*)>(dlsym(driver, "cuCtxSetCurrent"));
  const auto ask = reinterpret_cast<int (*)(size_t*, size_t*)>(dlsym(driver, "cuMemGetInfo_v2"));
  const auto release = reinterpret_cast<int (*)(int)>(dlsym(driver, "cuDevicePrimaryCtxRelease_v2"));
  if (!start || !retain || !enter || !ask || !release) return 0;
  void* context = nullptr;
  if (start(0) != 0 || retain(&context, 0) != 0) return 0;
  size_t unused = 0, total = 0;
  if (enter(context) != 0 || ask(&unused, &total) != 0) unused = 0;
  enter(nullptr);
  release(0);
  return static_cast<double>(unused);
}

std::string describe_device(at::Device device) {
  if (device.is_cpu()) return fmt::format("cpu ({}, {} processors)", cpu_capability(), allowed_cpus());
  return fmt::format("{} ({})", device.str(), gpu_name());
}

}  // namespace varangian
