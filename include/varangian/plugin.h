#pragma once

#include "varangian/version.h"

#include <torch/headeronly/version.h>

#include <cstdint>

namespace varangian {

/// The first thing that is asked of a plugin; compared before any C++ object crosses.
struct PluginInfo {
  int32_t sdk;  ///< kSdkVersion at compile time
  int32_t torch_major, torch_minor, torch_patch;
  int32_t cxx11_abi;  ///< _GLIBCXX_USE_CXX11_ABI

  bool operator==(const PluginInfo&) const = default;
};

inline constexpr PluginInfo kPluginInfo = {kSdkVersion, TORCH_VERSION_MAJOR, TORCH_VERSION_MINOR,
                                           TORCH_VERSION_PATCH, _GLIBCXX_USE_CXX11_ABI};

}  // namespace varangian

#define VARANGIAN_PLUGIN_INFO()                                                 \
  extern "C" __attribute__((visibility("default"))) void varangian_plugin_info( \
      varangian::PluginInfo* info) {                                            \
    *info = varangian::kPluginInfo;                                             \
  }
