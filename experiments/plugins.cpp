#include "experiments/plugins.h"

#include "core/printable.h"
#include "varangian/component.h"
#include "varangian/plugin.h"

#include <cxxabi.h>
#include <dlfcn.h>

#include <cstdlib>
#include <set>

namespace varangian {
namespace {

namespace fs = std::filesystem;

std::string described(const PluginInfo& info) {
  return fmt::format("SDK {}, LibTorch {}.{}.{}, C++11 ABI {}", info.sdk, info.torch_major, info.torch_minor,
                     info.torch_patch, info.cxx11_abi);
}

void require_same(const PluginInfo& info, const fs::path& path) {
  if (info != kPluginInfo)
    throw Error::format("{}: plugin was compiled for {}, but this program has {}; compile it again",
                        path.string(), described(info), described(kPluginInfo));
}

template <typename Function>
Function* symbol(void* library, const char* name, const fs::path& path) {
  void* address = dlsym(library, name);
  if (address == nullptr)
    throw Error::format(
        "{}: not a Varangian plugin: it does not export {}; end it with VARANGIAN_REGISTER and compile "
        "with -DVARANGIAN_AS_PLUGIN",
        path.string(), name);
  return reinterpret_cast<Function*>(address);
}

PluginInfo info_of(void* library, const fs::path& path) {
  PluginInfo info{};
  symbol<void(PluginInfo*)>(library, "varangian_plugin_info", path)(&info);
  return info;
}

// What the loader says, with the name of a missing function as it stands in the source.
std::string readable(const std::string& problem) {
  constexpr std::string_view kMissing = "undefined symbol: ";
  const size_t at = problem.find(kMissing);
  if (at == std::string::npos) return problem;
  std::string name = problem.substr(at + kMissing.size());
  if (const size_t end = name.find_first_of(" \t,"); end != std::string::npos) name.resize(end);
  int status = 0;
  char* plain = abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status);
  if (status == 0) name = plain;
  std::free(plain);
  return fmt::format(
      "it uses {}, which neither it nor this program defines; add the source file that does, or compile it "
      "again for this program",
      name);
}

void* open(const fs::path& whole, const fs::path& path) {
  if (void* library = dlopen(whole.c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
  const std::string problem = dlerror();
  // A plugin for other versions may lack functions of this one: versions are the better answer.
  if (void* library = dlopen(whole.c_str(), RTLD_LAZY | RTLD_LOCAL))
    require_same(info_of(library, path), path);
  throw Error::format("{}: plugin cannot be loaded: {}", path.string(), printable(readable(problem)));
}

}  // namespace

void load_plugin(const fs::path& path) {
  static std::set<fs::path> loaded;
  std::error_code failure;
  const fs::path whole = fs::canonical(path, failure);
  if (failure) throw Error::format("{}: plugin cannot be read: {}", path.string(), failure.message());
  if (loaded.contains(whole)) return;
  void* library = open(whole, path);
  require_same(info_of(library, path), path);
  const auto add = symbol<void(Registry&)>(library, "varangian_plugin_register", path);
  Registry& registry = Registry::instance();
  registry.adding_from(path.string());
  try {
    add(registry);
  } catch (const std::exception& error) {
    registry.adding_from("");
    throw Error::format("{}: plugin cannot be registered: {}", path.string(), error.what());
  }
  registry.adding_from("");
  loaded.insert(whole);
}

}  // namespace varangian
