#include "experiments/plugins.h"

#include "varangian/component.h"
#include "varangian/plugin.h"

#include <dlfcn.h>

#include <set>

namespace varangian {
namespace {

std::string described(const PluginInfo& info) {
  return fmt::format("SDK {}, LibTorch {}.{}.{}, C++11 ABI {}", info.sdk, info.torch_major, info.torch_minor,
                     info.torch_patch, info.cxx11_abi);
}

template <typename Function>
Function* symbol(void* library, const char* name, const std::filesystem::path& path) {
  void* address = dlsym(library, name);
  if (address == nullptr)
    throw Error::format(
        "{}: not a Varangian plugin: it does not export {}; end it with VARANGIAN_REGISTER and compile "
        "with -DVARANGIAN_AS_PLUGIN",
        path.string(), name);
  return reinterpret_cast<Function*>(address);
}

}  // namespace

void load_plugin(const std::filesystem::path& path) {
  static std::set<std::filesystem::path> loaded;
  std::error_code failure;
  const std::filesystem::path whole = std::filesystem::canonical(path, failure);
  if (failure) throw Error::format("{}: plugin cannot be read: {}", path.string(), failure.message());
  if (!loaded.insert(whole).second) return;
  void* library = dlopen(whole.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw Error::format("{}: plugin cannot be loaded: {}", path.string(), dlerror());
  PluginInfo info{};
  symbol<void(PluginInfo*)>(library, "varangian_plugin_info", path)(&info);
  if (info != kPluginInfo)
    throw Error::format("{}: plugin was compiled for {}, but this program has {}; compile it again",
                        path.string(), described(info), described(kPluginInfo));
  symbol<void(Registry&)>(library, "varangian_plugin_register", path)(Registry::instance());
}

}  // namespace varangian
